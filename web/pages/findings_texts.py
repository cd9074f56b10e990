"""The texts of the pages on which the findings of the register live, in Chinese and English."""

from collections.abc import Mapping

FINDINGS_TEXTS: Mapping[str, tuple[str, str]] = {
    "findings.title": ("界线问题", "Findings on the register"),
    "findings.lead": (
        "登记的界线与规则不符之处：谁作了答复，何时得到核实。",
        "Where the registered boundaries depart from the rules, who answered, and what was "
        "verified.",
    ),
    "findings.run_at": (
        "第 {n} 次检查（{moment}）发现 {found} 个问题。",
        "Findings of run {n} ({moment}): {found}.",
    ),
    "findings.never": ("尚未检查。", "Nobody has examined the register yet."),
    "findings.blocking": (
        "没有有效答复的错误：{n} 个。",
        "Errors without an answer that holds: {n}.",
    ),
    "findings.sound": ("没有未答复的错误。", "Every error has an answer that holds."),
    "findings.examine": ("立即检查", "Examine now"),
    "findings.asked": (
        "检查已排队，稍后重新加载本页。",
        "The run waits in the queue. Load this page again in a while.",
    ),
    "findings.state": ("状态", "State"),
    "findings.severity": ("程度", "Severity"),
    "findings.rule": ("规则", "Rule"),
    "findings.unit": ("政区代码", "Division code"),
    "findings.units": ("政区", "Units"),
    "findings.message": ("说明", "What was found"),
    "findings.all": ("全部", "All"),
    "findings.filter": ("筛选", "Filter"),
    "findings.none": ("没有这样的问题。", "There are no such findings."),
    "findings.first": (
        "只列出前 {n} 个，共 {total} 个。",
        "The first {n} of {total}.",
    ),
    "findings.one": ("问题 {n}", "Finding {n}"),
    "findings.whole": ("显示全部", "Show everything"),
    "findings.no_place": ("无特定位置", "no one place"),
    "findings.every": ("全部问题", "All findings"),
    "findings.measured": ("量得", "Measured"),
    "findings.limit": ("限值", "Limit"),
    "findings.area": ("面积（平方米）", "Area (m²)"),
    "findings.first_seen": ("首次发现", "First seen"),
    "findings.last_seen": ("最近发现", "Last seen"),
    "findings.expires_on": ("例外有效至", "Exception until"),
    "findings.blocks": (
        "这是尚无有效答复的错误。",
        "This is an error without an answer that holds.",
    ),
    "findings.history": ("经过", "History"),
    "findings.in_run": ("第 {n} 次检查", "run {n}"),
    "findings.by": ("{who}", "by {who}"),
    "findings.document": ("文件：{text}", "Document: {text}"),
    "findings.signer": ("签署人：{text}", "Signed by {text}"),
    "findings.until": ("有效至{day}", "Until {day}"),
    "findings.answer": ("答复", "Answer"),
    "findings.log_in": ("登录后可答复。", "Log in to answer."),
    "findings.may_not": (
        "您对所涉政区没有答复权限。",
        "You have no role over its units for an answer.",
    ),
    "findings.reason": ("改正内容，或保留的理由", "What was done, or why it may stay"),
    "findings.document_field": ("文件名称与文号", "Document, with its number"),
    "findings.signer_field": ("签署人", "Signed by"),
    "findings.expires_field": ("例外的最后一日", "Last day of the exception"),
    "findings.exception_only": (
        "例外须写明文件、签署人和期限。",
        "An exception names its document, who signed, and its last day.",
    ),
    "findings.submit": ("提交答复", "Give the answer"),
    # Where a finding stands
    "life.open": ("待答复", "Open"),
    "life.answered": ("已答复", "Answered"),
    "life.verified": ("已核实消除", "Verified"),
    "life.corrected": ("已改正，待核实", "Corrected, to be verified"),
    "life.exception": ("例外", "Exception"),
    "life.expired": ("例外已过期", "Exception expired"),
    "life.running": ("正在检查……", "Examining the register …"),
    # What happened to it
    "step.found": ("发现", "Found"),
    "step.changed": ("有变化", "Changed"),
    "step.returned": ("重新打开", "Open again"),
    "step.gone": ("不再存在", "Not found any more"),
    "step.corrected": ("答复：已改正", "Answered: corrected"),
    "step.excepted": ("答复：例外", "Answered: exception"),
    "cause.not_corrected": (
        "答复为已改正，但问题仍在",
        "it was answered as corrected, and is still there",
    ),
    "cause.changed": (
        "该处的界线或数值已不同于批准例外之时",
        "the ground there is not what the exception was granted for",
    ),
    "cause.expired": ("例外已过期", "the exception has expired"),
    "cause.again": ("问题再次出现", "it is there again"),
    # What the script says beside the texts of a layer's findings
    "judged.state": ("状态", "State"),
    "judged.filter_state": ("状态", "State"),
}
