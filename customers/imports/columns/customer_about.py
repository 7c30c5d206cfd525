"""The columns of what a customer is: identity, work, and the fields of the profiles."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning import choices, identifiers
from customers.imports.cleaning.dates import date_cleaner
from customers.imports.cleaning.numbers import decimal_cleaner, money_cleaner, whole_number
from customers.imports.cleaning.text import code_cleaner, text_cleaner
from customers.imports.columns import shared
from customers.imports.columns.base import Column, always, choice

PERSON_GROUP = _("About a person")
COMPANY_GROUP = _("About a company")
SENSITIVE_GROUP = _("Sensitive: consent needed")
LINE_LENGTH = 200
LONGER_LINE = 300

line = always(text_cleaner(LINE_LENGTH))
longer_line = always(text_cleaner(LONGER_LINE))

IDENTITY = (
    Column(
        "identity_number",
        _("identity number"),
        "ID Number|ID Card|ID Card Number|Identity Card|National ID|身份证|身份证号|身份证号码|证件号码"
        "|证件号|公民身份号码",
        always(identifiers.identity_number),
        group=SENSITIVE_GROUP,
        catalogue_key="person.identity_number",
    ),
    Column(
        "unified_social_credit_code",
        _("unified social credit code"),
        "USCC|Credit Code|Tax ID|统一社会信用代码|社会信用代码|信用代码|税号|纳税人识别号|纳税登记号"
        "|税务登记号",
        always(identifiers.unified_social_credit_code),
        group=COMPANY_GROUP,
        catalogue_key="company.unified_social_credit_code",
    ),
    Column(
        "date_of_birth",
        _("date of birth"),
        "Birthday|Birth Date|DOB|Birthdate|出生日期|生日|出生年月日|出生年月",
        date_cleaner,
        is_date=True,
        group=PERSON_GROUP,
        catalogue_key="person.date_of_birth",
    ),
    Column(
        "employer",
        _("employer"),
        "Employer Name|Works At|Associated Company|Organization 1 - Name|所服务企业|工作单位|任职单位"
        "|所在单位|所属客户|所属公司|所在公司|关联公司",
        shared.name,
        group=PERSON_GROUP,
        catalogue_key="person.employer",
        also="Company|Company Name|Organization|Organization Name|Account Name|公司|公司名称|企业|企业名称|单位"
        "|单位名称|客户名称",
    ),
    Column(
        "job_title",
        _("job title"),
        "Position|Organization Title|Organization 1 - Title|职位|职务|职称|职位职称",
        always(text_cleaner(100)),
        group=PERSON_GROUP,
        catalogue_key="person.job_title",
        also="Title",
    ),
    Column(
        "founded_on",
        _("founded on"),
        "Founded|Date Founded|Established|创业时间|成立日期|成立时间|创立时间|注册日期",
        date_cleaner,
        is_date=True,
        group=COMPANY_GROUP,
        catalogue_key="company.founded_on",
    ),
    Column(
        "trading_since",
        _("trading since"),
        "Customer Since|Trading Since Date|与本公司交易时间|开始合作时间|合作开始日期|首次合作日期"
        "|开始合作日期",
        date_cleaner,
        is_date=True,
        group=COMPANY_GROUP,
        catalogue_key="company.trading_since",
    ),
)


def _lines(record: str, group: object, headers: dict[str, tuple[object, str]]) -> Iterable[Column]:
    for field, (label, words) in headers.items():
        yield Column(
            field,
            label,  # type: ignore[arg-type] # lazy
            words,
            line if record == "person" else longer_line,
            group=group,  # type: ignore[arg-type] # lazy
            catalogue_key=f"{record}.{field}",
        )


def _texts(record: str, group: object, headers: dict[str, tuple[object, str]]) -> Iterable[Column]:
    for field, (label, words) in headers.items():
        yield Column(
            field,
            label,  # type: ignore[arg-type] # lazy
            words,
            shared.notes,
            group=group,  # type: ignore[arg-type] # lazy
            catalogue_key=f"{record}.{field}",
        )


PERSON = (
    Column(
        "employer_registration_number",
        _("employer registration number"),
        "注册编号|单位注册编号|企业注册号",
        always(code_cleaner(40)),
        group=PERSON_GROUP,
        catalogue_key="person.employer_registration_number",
    ),
    *_lines(
        "person",
        PERSON_GROUP,
        {
            "household_registration": (_("household registration"), "户籍|户口|户籍所在地|户口所在地|Hukou"),
            "native_place": (_("native place"), "籍贯|祖籍|老家|Place of Birth|Birthplace|出生地"),
            "temperament": (_("temperament"), "性格|性格特征|性格特点"),
            "school_clubs": (_("school clubs"), "在校期间参加的社团|学生社团"),
            "awards": (_("awards"), "所获奖励|获奖情况|奖励"),
            "favourite_sport": (
                _("favourite sport"),
                "Favorite Sport|最喜欢的运动|最喜欢的运动项目|运动爱好",
            ),
            "view_on_diplomas": (_("view on diplomas"), "对文凭的看法"),
            "standing_in_company": (_("standing in company"), "在公司中的地位|公司地位"),
            "attitude_to_company": (_("attitude to company"), "对公司的态度"),
            "mid_term_goal": (_("mid-term goal"), "中期目标|中期事业目标"),
            "long_term_goal": (_("long-term goal"), "长期目标|长期事业目标"),
            "drinking": (_("drinking (kind, amount)"), "喝酒|饮酒|饮酒习惯"),
            "smoking": (_("smoking (kind, amount)"), "吸烟|抽烟|吸烟习惯"),
            "favourite_cuisine": (_("favourite cuisine"), "Favorite Cuisine|喜欢的菜系|饮食偏好|口味"),
            "attitude_to_life": (_("attitude to life"), "生活态度"),
            "leisure_habits": (_("leisure habits"), "Hobby|Hobbies|Interests|兴趣爱好|爱好|休闲度假习惯"),
            "favourite_topics": (_("favourite topics"), "Favorite Topics|喜欢的话题|喜欢的聊天话题"),
            "clubs": (_("clubs"), "俱乐部|俱乐部或社团"),
            "taboos_and_values": (_("taboos and values"), "忌讳|禁忌|忌讳、重视哪些事"),
            "favourite_books": (_("favourite books"), "Favorite Books|书籍|喜欢的书籍"),
            "speciality": (_("speciality"), "Specialty|特长"),
            "professional_ability": (_("professional ability"), "专业能力"),
            "working_style": (_("working style"), "处事风格|办事风格"),
            "family_summary": (_("family in one sentence"), "一句话家庭情况"),
            "social_summary": (_("social ties in one sentence"), "一句话人际关系"),
            "career_summary": (_("career in one sentence"), "一句话事业情况"),
            "lifestyle_summary": (_("lifestyle in one sentence"), "一句话生活方式"),
            "personality_summary": (_("personality in one sentence"), "一句话个性特点"),
        },
    ),
    Column(
        "major",
        _("major"),
        "专业|所学专业",
        always(text_cleaner(100)),
        group=PERSON_GROUP,
        catalogue_key="person.major",
    ),
    *_texts(
        "person",
        PERSON_GROUP,
        {
            "dealings_with_us": (_("dealings with us"), "往来情况"),
            "view_of_experience": (_("view of experience"), "对目前经历的看法"),
            "most_satisfied": (_("most satisfied"), "最满足的事|最满足"),
            "most_regretted": (_("most regretted"), "最遗憾的事|最遗憾"),
            "most_wanted": (_("most wanted"), "最想做的事"),
            "life_goals": (_("life goals"), "人生目标"),
            "rivals_and_conflicts": (_("rivals and conflicts"), "重大的竞争和矛盾者"),
        },
    ),
    choice(
        "highest_degree",
        _("highest degree"),
        "Degree|Education|Education Level|学历|最高学历|文化程度",
        choices.DEGREE,
        group=PERSON_GROUP,
        catalogue_key="person.highest_degree",
    ),
    choice(
        "marital_status",
        _("marital status"),
        "Marriage|婚姻|婚姻状况|婚否",
        choices.MARITAL_STATUS,
        group=PERSON_GROUP,
        catalogue_key="person.marital_status",
    ),
    Column(
        "wedding_anniversary",
        _("wedding anniversary"),
        "Anniversary|结婚纪念日|纪念日",
        date_cleaner,
        is_date=True,
        group=PERSON_GROUP,
        catalogue_key="person.wedding_anniversary",
    ),
    Column(
        "birthday_is_lunar",
        _("birthday by the lunar calendar"),
        "Lunar Birthday|农历生日|生日为农历",
        always(choices.yes_no),
        group=PERSON_GROUP,
        catalogue_key="person.date_of_birth",
    ),
    Column(
        "first_dealing_on",
        _("first dealing on"),
        "与本公司初次业务往来日期|初次往来日期",
        date_cleaner,
        is_date=True,
        group=PERSON_GROUP,
        catalogue_key="person.first_dealing_on",
    ),
    Column(
        "height_cm",
        _("height, cm"),
        "Height|身高|身高(cm)|身高(厘米)",
        always(whole_number),
        group=PERSON_GROUP,
        catalogue_key="person.height_cm",
    ),
    Column(
        "weight_kg",
        _("weight, kg"),
        "Weight|体重|体重(kg)|体重(公斤)",
        decimal_cleaner,
        group=PERSON_GROUP,
        catalogue_key="person.weight_kg",
    ),
)

COMPANY = (
    Column(
        "company_potential",
        _("growth potential of a company"),
        "企业发展潜力",
        longer_line,
        group=COMPANY_GROUP,
        catalogue_key="company.growth_potential",
    ),
    *_lines(
        "company",
        COMPANY_GROUP,
        {
            "business_lines": (_("business lines"), "Line of Business|业务种类|主营业务|经营范围|主营产品"),
            "service_area": (_("service area"), "服务区域"),
            "sales_capacity": (_("sales capacity"), "销售能力"),
            "business_philosophy": (_("business philosophy"), "经营理念"),
            "business_direction": (_("business direction"), "经营方向"),
            "business_policy": (_("business policy"), "经营政策"),
            "business_features": (_("business features"), "经营特点"),
            "market_share": (_("market share"), "市场份额"),
            "competitiveness": (_("competitiveness"), "竞争力"),
            "market_position": (_("market position"), "市场地位"),
            "credit_standing": (_("credit standing"), "信用状况|信用等级|Credit Rating"),
            "trading_terms": (_("trading terms"), "交易条件|付款条件|收款条件|Payment Terms"),
        },
    ),
    *_texts(
        "company",
        COMPANY_GROUP,
        {
            "sales_performance": (_("sales performance"), "销售业绩"),
            "staff_quality": (_("staff quality"), "管理者和业务员的素质"),
            "competitor_relations": (_("relations with competitors"), "与其他竞争者的关系"),
            "relationship_with_us": (_("relationship with us"), "业务关系及合作态度"),
            "sales_activity": (_("sales activity"), "销售活动现状"),
            "problems": (_("problems"), "存在问题"),
            "advantages": (_("advantages"), "保持的优势"),
            "strategy": (_("strategy"), "战略"),
            "outlook": (_("outlook"), "展望"),
            "public_image": (_("public image"), "形象声誉"),
            "financial_condition": (_("financial condition"), "财务状况"),
        },
    ),
    Column(
        "headcount",
        _("headcount"),
        "Employees|Number of Employees|No. of Employees|员工人数|员工数|总人数|人数|公司人数",
        always(whole_number),
        group=COMPANY_GROUP,
        catalogue_key="company.company_size",
    ),
    Column(
        "annual_turnover",
        _("annual turnover"),
        "Annual Revenue|Turnover|年销售额|年营业额|年营收|年收入规模",
        money_cleaner,
        group=COMPANY_GROUP,
        catalogue_key="company.company_size",
    ),
)

SEALED = (
    choice(
        "blood_type",
        _("blood type"),
        "Blood Group|血型",
        choices.BLOOD_TYPE,
        group=SENSITIVE_GROUP,
        catalogue_key="person.blood_type",
    ),
    Column(
        "annual_income",
        _("annual income"),
        "Income|Salary|年收入|个人年收入|收入",
        money_cleaner,
        group=SENSITIVE_GROUP,
        catalogue_key="person.annual_income",
    ),
    Column(
        "medical_history",
        _("medical history"),
        "病史|医疗病史|既往病史",
        shared.notes,
        group=SENSITIVE_GROUP,
        catalogue_key="person.medical_history",
    ),
    *_lines(
        "person",
        SENSITIVE_GROUP,
        {
            "health_status": (_("health status"), "Health|健康|健康状况|身体状况"),
            "political_activity": (
                _("political activity"),
                "Politics|Political Affiliation|政治活动|政治面貌|党派",
            ),
        },
    ),
    Column(
        "religion",
        _("religion"),
        "Faith|宗教|宗教信仰|信仰",
        always(text_cleaner(100)),
        group=SENSITIVE_GROUP,
        catalogue_key="person.religion",
    ),
)

ABOUT = (*IDENTITY, *PERSON, *COMPANY, *SEALED)
