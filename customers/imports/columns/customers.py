"""The columns of customers, persons and companies in one file if need be."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning import choices, contacts, identifiers
from customers.imports.cleaning.dates import date_cleaner, moment_cleaner
from customers.imports.cleaning.text import code_cleaner, tags, text_cleaner
from customers.imports.columns import shared
from customers.imports.columns.base import Column, Layout, always
from customers.imports.columns.customer_rows import STREET_LENGTH, compose_customer
from customers.imports.kinds import Kind

street = always(text_cleaner(STREET_LENGTH))
phone = always(contacts.phone_texts)

CORE = (
    Column(
        "code",
        _("customer code"),
        "CustomerID|Customer ID|Customer No|Customer Number|Customer Code|Cust ID|Client ID|Account ID|ID"
        "|Rec ID|Account Number|Account Code|Code|Member ID|客户编号|客户编码|客户代码|客户号|客户ID"
        "|会员编号|会员号|编号|编码|代码",
        always(code_cleaner()),
    ),
    Column(
        "name",
        _("name"),
        "Customer Name|Account Name|Company Name|Full Name|Client Name|Contact Name|Display Name|Customer"
        "|Company|Organization|Account|客户名称|客户姓名|姓名|名称|公司名称|企业名称|单位名称|客户|联系人"
        "|公司|会员姓名|客户全称",
        shared.name,
    ),
    Column(
        "surname",
        _("surname"),
        "Last Name|Family Name|姓|姓氏",
        shared.name,
    ),
    Column(
        "given_name",
        _("given name"),
        "First Name|Forename|名|名字",
        shared.name,
    ),
    Column(
        "english_name",
        _("English name"),
        "Name in English|英文名|英文名称|英文姓名",
        shared.name,
    ),
    Column(
        "kind",
        _("person or company"),
        "Customer Type|Customer Kind|Account Type|Client Type|客户类型|客户性质|客户类别|客户种类",
        always(choices.choice_cleaner(choices.CUSTOMER_KIND)),
    ),
    Column(
        "owner",
        _("owner"),
        "Account Owner|Owner Name|Customer Owner|Account Manager|Sales Rep|Salesperson|Rep|负责人"
        "|客户负责人|业务员|销售员|客户经理|跟进人|销售代表|所有人",
        shared.person,
    ),
    Column(
        "team",
        _("team or branch"),
        "Branch|Department|Sales Team|部门|分支机构|所属部门|分公司|团队|销售团队",
        shared.name,
    ),
    Column(
        "source",
        _("customer source"),
        "Lead Source|Account Source|Channel|Acquisition Channel|客户来源|来源|来源渠道|线索来源|渠道",
        shared.name,
    ),
    Column(
        "lifecycle",
        _("lifecycle"),
        "Stage|Customer Status|Lifecycle Stage|Status|阶段|客户状态|客户阶段|状态|生命周期",
        always(choices.choice_cleaner(choices.LIFECYCLE)),
    ),
    Column(
        "industry",
        _("industry"),
        "Sector|Business Sector|行业|所属行业|行业类别|行业类型",
        shared.name,
    ),
    Column(
        "ownership_type",
        _("ownership type"),
        "Ownership|企业性质|公司性质|企业类型|所有制|单位性质",
        always(choices.choice_cleaner(choices.OWNERSHIP_TYPE)),
    ),
    Column(
        "business_model",
        _("business model"),
        "Business Type|经营模式|经营方式|业态|经营类型",
        always(choices.choice_cleaner(choices.BUSINESS_MODEL)),
    ),
    Column(
        "potential",
        _("potential"),
        "Growth Potential|发展潜力|潜力",
        always(choices.choice_cleaner(choices.POTENTIAL)),
    ),
    Column(
        "potential_reason",
        _("reason for potential"),
        "潜力原因|潜力说明",
        street,
    ),
    Column(
        "purchasing_power",
        _("purchasing power"),
        "购买力|购买能力",
        always(choices.choice_cleaner(choices.GRADE)),
    ),
    Column(
        "reputation",
        _("reputation"),
        "市场口碑|口碑|信誉",
        shared.notes,
    ),
    Column(
        "tags",
        _("tags"),
        "Tag|Label|Labels|Groups|标签|客户标签|分组",
        always(tags),
    ),
    Column(
        "created_at",
        _("created at"),
        "Created|Created Date|Created On|Create Date|Date Added|Creation Date|创建时间|创建日期|建档日期"
        "|录入时间|注册时间",
        moment_cleaner,
        is_date=True,
    ),
    shared.NOTES,
)

REACH = (
    Column(
        "mobile",
        _("mobile"),
        "Mobile Phone|Cell|Cell Phone|Cellphone|手机|手机号|手机号码|移动电话|联系手机",
        phone,
    ),
    Column(
        "phone",
        _("phone"),
        "Telephone|Tel|Phone Number|Phone No|Business Phone|Work Phone|Office Phone|Contact Number|电话"
        "|联系电话|电话号码|座机|固定电话|办公电话|公司电话",
        phone,
    ),
    Column(
        "home_phone",
        _("home phone"),
        "Home Telephone|家庭电话|住宅电话|住宅电话号码",
        phone,
    ),
    Column(
        "fax",
        _("fax"),
        "Fax Number|Business Fax|Office Fax|传真|传真号码|办公传真",
        phone,
    ),
    Column(
        "home_fax",
        _("home fax"),
        "家庭传真|住宅传真",
        phone,
    ),
    Column(
        "email",
        _("email"),
        "E-mail|E-mail Address|Email Address|Mail|邮箱|电子邮箱|电子邮件|邮件|邮箱地址|电邮|E-mail 1 - Value",
        always(contacts.emails),
    ),
    Column(
        "wechat",
        _("WeChat"),
        "WeChat ID|Weixin|微信|微信号",
        always(contacts.wechat_cleaner(100)),
    ),
    Column(
        "address",
        _("address"),
        "Street|Street Address|Address 1|Address Line 1|Billing Street|Billing Address|Mailing Street"
        "|Shipping Street|Business Street|地址|详细地址|联系地址|通讯地址|街道|街道地址|公司地址|收货地址",
        street,
    ),
    Column(
        "address_2",
        _("address, second line"),
        "Address Line 2|Street 2|地址2",
        street,
    ),
    Column(
        "street_number",
        _("street number"),
        "House Number|Street No|门牌号",
        street,
    ),
    Column(
        "home_address",
        _("home address"),
        "Home Street|家庭地址|家庭住址|住址|住宅地址",
        street,
    ),
    Column(
        "office_address",
        _("office address"),
        "Work Address|办公地址|单位地址",
        street,
    ),
    Column(
        "postcode",
        _("postcode"),
        "Zip|Zip Code|Postal Code|Post Code|Billing Postal Code|Billing Zip|Billing Zip/Postal Code"
        "|Mailing Postal Code|Shipping Postal Code|邮编|邮政编码",
        always(code_cleaner(20)),
    ),
    *shared.PLACE,
)

ABOUT = (
    Column(
        "identity_number",
        _("identity number"),
        "ID Number|ID Card|ID Card Number|Identity Card|身份证|身份证号|身份证号码|证件号码",
        always(identifiers.identity_number),
    ),
    Column(
        "unified_social_credit_code",
        _("unified social credit code"),
        "USCC|Credit Code|Tax ID|统一社会信用代码|社会信用代码|信用代码|税号|纳税人识别号",
        always(identifiers.unified_social_credit_code),
    ),
    Column(
        "date_of_birth",
        _("date of birth"),
        "Birthday|Birth Date|DOB|Birthdate|出生日期|生日|出生年月日",
        date_cleaner,
        is_date=True,
    ),
    Column(
        "employer",
        _("employer"),
        "Employer Name|Works At|所服务企业|工作单位|任职单位|所在单位",
        shared.name,
    ),
    Column(
        "job_title",
        _("job title"),
        "Title|Position|职位|职务|职称|职位职称",
        shared.name,
    ),
    Column(
        "founded_on",
        _("founded on"),
        "Founded|Date Founded|Established|创业时间|成立日期|成立时间|创立时间",
        date_cleaner,
        is_date=True,
    ),
    Column(
        "trading_since",
        _("trading since"),
        "Customer Since|Trading Since Date|与本公司交易时间|开始合作时间|合作开始日期|首次合作日期",
        date_cleaner,
        is_date=True,
    ),
)


LAYOUT = Layout(
    kind=Kind.CUSTOMERS,
    columns=(*CORE, *REACH, *ABOUT),
    needs=(("name", "surname", "given_name"),),
    compose=compose_customer,
)
