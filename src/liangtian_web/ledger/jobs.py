"""The sealer works beside the worker: behind two long jobs it would come minutes late, where a second is promised."""

from liangtian_web.jobs.running import beside

beside("book", "--skip-checks", "seal", "--follow")
