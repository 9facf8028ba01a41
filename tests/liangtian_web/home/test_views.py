def test_home_shows_the_to_do_list(officer_client):
    page = officer_client.get("/")
    assert page.status_code == 200
    assert "没有等您处理的事" in page.content.decode()


def test_home_asks_a_stranger_to_log_in(client, db):
    assert client.get("/").headers["Location"] == "/login/?next=/"
