"""Who did what, when, on what, under which rules. Rows are added and never changed; the database sees to it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# The words of an action; an action without words here is shown as it is written.
WORDS = {
    "people.login": _("登录"),
    "people.password": _("修改密码"),
    "people.change": _("新建或修改"),
    "people.delete": _("删除"),
    "jobs.cancel": _("取消工作"),
    "trail.export": _("导出留痕"),
    "onemap.upload": _("上传图层"),
    "onemap.publish": _("发布图层"),
    "onemap.download": _("下载图层"),
    "onemap.reveal": _("查看个人信息"),
    "onemap.export": _("导出图层目录"),
    "onemap.verify": _("核对图层快照"),
    "review.check": _("发起检查"),
    "review.recheck": _("重算检查"),
    "review.remeasure": _("重新测算"),
    "review.whatif": _("政策试算"),
    "rulebook.propose": _("提出取值或采用"),
    "rulebook.approve": _("审定同意"),
    "rulebook.refuse": _("审定不同意"),
    "rulebook.import": _("导入公布文本"),
    "rulebook.export": _("导出审定取值"),
    "review.download": _("下载检查结果"),
    "review.export": _("导出检查列表"),
    "onemap.places": _("取用乡镇和村"),
    "home.export": _("导出耕地情况"),
    "ledger.propose": _("提出记账"),
    "ledger.post": _("审核记账"),
    "ledger.refuse": _("退回记账"),
    "ledger.compare": _("记录对账"),
    "ledger.download": _("下载对账单"),
    "registers.enter": _("提出登记"),
    "registers.confirm": _("确认登记"),
    "registers.refuse": _("退回登记"),
    "registers.export": _("导出登记"),
    "registers.measure": _("量算登记项目"),
    "ledger.export": _("导出台账列表"),
    "ledger.attach": _("补上指标块范围"),
    "ledger.close": _("关账"),
    "reconcile.export": _("导出对账列表"),
    "balance.export": _("导出占补平衡事项"),
    "reconcile.import": _("导入对账单"),
    "reconcile.keep": _("记下对账结果"),
    "reconcile.explain": _("说明对账差异"),
    "reconcile.download": _("下载对账结果"),
    "balance.whatif": _("对台账试算"),
    "balance.file": _("提出占补平衡事项"),
    "balance.post": _("审核占补平衡事项入账"),
    "balance.note": _("审核占补平衡事项，无须记账"),
    "balance.refuse": _("退回占补平衡事项"),
    "commitments.step": _("记录承诺进展"),
    "commitments.export": _("导出承诺列表"),
    "commitments.paper": _("下载承诺登记表"),
    "papers.take": _("下载归档用表"),
    "transfers.ask": _("申请调入指标"),
    "transfers.withdraw": _("撤回调入申请"),
    "transfers.propose": _("提出撮合"),
    "transfers.agree": _("同意撮合"),
    "transfers.decline": _("不同意或撤销撮合"),
    "transfers.export": _("导出调剂平台"),
    "planning.ask": _("发起规划分析"),
    "planning.layer": _("下载规划图层"),
    "planning.report": _("下载规划报告"),
    "planning.export": _("导出规划结果"),
    "planning.plan": _("保存改造方案"),
    "planning.plan_export": _("导出改造方案"),
}


class Event(models.Model):
    """One act. `username` stays readable when the user's name changes."""

    recorded_at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    on = models.DateField(_("业务日期"), null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    username = models.CharField(_("用户"), max_length=150)
    place = models.ForeignKey("people.Place", models.PROTECT, null=True, related_name="+")
    action = models.CharField(_("动作"), max_length=50, db_index=True)
    object = models.CharField(_("对象"), max_length=200)
    rules_digest = models.CharField(_("规则版本"), max_length=64, blank=True)
    ip = models.GenericIPAddressField(_("来源"), null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["place", "-id"], name="trail_event_of_place")]

    def __str__(self) -> str:
        return f"{self.username} {self.action} {self.object}"

    @property
    def words(self) -> str:
        """The action in words."""
        return str(WORDS.get(self.action, self.action))
