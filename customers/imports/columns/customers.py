"""The columns of customers, persons and companies in one file if need be."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning import choices
from customers.imports.cleaning.dates import date_cleaner, moment_cleaner
from customers.imports.cleaning.text import code_cleaner, tags, text_cleaner
from customers.imports.cleaning.unreadable import refuse
from customers.imports.columns import shared
from customers.imports.columns.address_lines import LONGEST_CELL
from customers.imports.columns.base import Column, Layout, always, choice
from customers.imports.columns.customer_about import ABOUT
from customers.imports.columns.customer_reach import REACH, STREET_LENGTH
from customers.imports.columns.customer_rows import compose_customer
from customers.imports.kinds import Kind

CORE = (
    Column(
        "code",
        _("customer code"),
        "CustomerID|Customer ID|Customer No|Customer Number|Customer Code|Cust ID|Client ID|Contact ID"
        "|Lead ID"
        "|Record ID|Account ID|ID"
        "|Rec ID|Account Number|Account Code|Code|Member ID|客户编号|客户编码|客户代码|客户号|客户ID"
        "|会员编号|会员号|编号|编码|代码",
        always(code_cleaner()),
    ),
    Column(
        "name",
        _("name"),
        "Full Name|姓名|Customer Name|Client Name|客户名称|客户姓名|客户全称"
        "|会员姓名|会员名称|Display Name|名称",
        shared.name,
        catalogue_key="customer.name",
        also="Contact Name|联系人姓名|Account Name|Company Name|公司名称|企业名称|单位名称|公司全称|企业全称"
        "|全名|Customer|客户|Company|公司|企业|单位|Organization|Organization Name|Account|File As|联系人|客户简称"
        "|简称",
        unless=("surname", "given_name"),
    ),
    Column(
        "surname",
        _("surname"),
        "Last Name|Family Name|姓|姓氏",
        shared.name,
        catalogue_key="customer.name",
    ),
    Column(
        "given_name",
        _("given name"),
        "First Name|Forename|名|名字",
        shared.name,
        catalogue_key="customer.name",
    ),
    Column(
        "middle_name",
        _("middle name"),
        "Additional Name|中间名",
        shared.name,
        catalogue_key="customer.name",
    ),
    Column(
        "english_name",
        _("English name"),
        "Name in English|英文名|英文名称|英文姓名|外文名称",
        shared.name,
        catalogue_key="customer.english_name",
    ),
    choice(
        "kind",
        _("person or company"),
        "Customer Type|Customer Kind|Account Type|Client Type|客户类型|客户性质|客户种类",
        choices.CUSTOMER_KIND,
        catalogue_key="customer.kind",
    ),
    Column(
        "owner",
        _("owner"),
        "Account Owner|Owner Name|Customer Owner|Contact Owner|Company Owner|Lead Owner|Account Manager"
        "|Sales Rep"
        "|Salesperson|Rep|负责人|客户负责人|业务员|专管业务员|专营业务员|销售员|销售人员|客户经理|跟进人"
        "|跟进员工"
        "|销售代表|所有人|客户所有人|联系人所有人|添加人|归属人",
        shared.person,
    ),
    Column(
        "team",
        _("team or branch"),
        "Branch|Sales Team|HubSpot Team|分支机构|所属部门|分管部门|负责人主属部门|负责人所在部门|归属部门"
        "|销售部门|添加人所属部门"
        "|分公司|团队|销售团队",
        shared.name,
        also="Department|部门",
        unless=("surname", "given_name", "job_title"),
    ),
    Column(
        "source",
        _("customer source"),
        "Lead Source|Account Source|Original Source|Original Traffic Source|Channel|Acquisition Channel"
        "|客户来源|来源"
        "|来源渠道|线索来源|渠道|获客渠道|添加方式",
        shared.name,
    ),
    choice(
        "lifecycle",
        _("lifecycle"),
        "Stage|Customer Status|Lifecycle Stage|Status|阶段|客户状态|客户阶段|跟进状态|成交状态|状态|生命周期",
        choices.LIFECYCLE,
        catalogue_key="customer.lifecycle",
    ),
    Column(
        "industry",
        _("industry"),
        "Sector|Business Sector|行业|所属行业|行业类别|行业类型|行业分类|1级行业|一级行业",
        shared.name,
    ),
    choice(
        "ownership_type",
        _("ownership type"),
        "Ownership|企业性质|公司性质|企业类型|公司类型|所有制|单位性质",
        choices.OWNERSHIP_TYPE,
        catalogue_key="customer.ownership_type",
    ),
    choice(
        "business_model",
        _("business model"),
        "Business Type|经营模式|经营方式|业态|经营类型",
        choices.BUSINESS_MODEL,
        catalogue_key="customer.business_model",
    ),
    choice(
        "potential",
        _("potential"),
        "Growth Potential|发展潜力|潜力",
        choices.POTENTIAL,
        catalogue_key="customer.potential",
    ),
    Column(
        "potential_reason",
        _("reason for potential"),
        "潜力原因|潜力说明",
        always(text_cleaner(STREET_LENGTH)),
    ),
    choice(
        "purchasing_power",
        _("purchasing power"),
        "购买力|购买能力",
        choices.GRADE,
        catalogue_key="customer.purchasing_power",
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
        "Tag|Label|Labels|Groups|Categories|Group Membership|标签|客户标签|企业标签|标签组|分组|类别",
        always(tags),
    ),
    Column(
        "created_at",
        _("created at"),
        "Created|Created Date|Created On|Create Date|Date Added|Creation Date|创建时间|创建日期|建档日期"
        "|添加时间|发展日期|登记时间"
        "|录入时间|注册时间",
        moment_cleaner,
        is_date=True,
    ),
    replace(
        shared.NOTES,
        headers=shared.NOTES.headers + "|Description|Background|描述|客户描述|备注信息",
        cleaner=always(text_cleaner(LONGEST_CELL)),
    ),
    Column(
        "contact_person",
        _("contact person of a company"),
        "Contact|Contact Person|Primary Contact|主要联系人|首要联系人|公司联系人",
        shared.name,
        also="联系人|联系人姓名|Contact Name",
    ),
    Column(
        "consent_basis",
        _("basis of consent"),
        "Consent|Legal Basis|Consent Basis|Legal basis for processing contact's data|同意依据|合法性依据"
        "|授权依据",
        shared.name,
    ),
    Column("campaign", _("campaign"), "Campaign Name|活动|市场活动|营销活动", shared.name),
    choice(
        "preferred_channel",
        _("preferred channel"),
        "Preferred Contact Method|首选沟通方式|偏好联系方式|偏好渠道",
        choices.CHANNEL,
    ),
    choice(
        "identification_method",
        _("identification method"),
        "How Found|识别方法|开发方式",
        choices.IDENTIFICATION_METHOD,
        catalogue_key="customer.identification_method",
    ),
    Column(
        "potential_expires_on",
        _("potential expires on"),
        "Potential Valid Until|潜力有效期至|潜力失效日期",
        date_cleaner,
        is_date=True,
    ),
    Column(
        "opposes_us",
        _("opposes us (facts only)"),
        "Facts of Opposition|反对我方的事实|与我方对立情况",
        shared.notes,
        catalogue_key="customer.opposes_us",
    ),
    Column(
        "communication_style",
        _("communication style"),
        "Way of Communicating|沟通风格|沟通特点",
        always(text_cleaner(STREET_LENGTH)),
        catalogue_key="customer.communication_style",
    ),
    Column(
        "best_time_to_contact",
        _("best time to contact"),
        "Best Time to Call|最佳联系时间|方便联系时间",
        always(text_cleaner(100)),
    ),
    Column(
        "scoring_refused",
        _("refuses automated scoring"),
        "Objects to Scoring|拒绝自动评分|拒绝自动化评分",
        always(choices.yes_no),
    ),
    Column(
        "unreadable",
        _("unreadable lines"),
        "Unreadable Lines",
        always(refuse),
        is_hidden=True,
    ),
)

LAYOUT = Layout(
    kind=Kind.CUSTOMERS,
    columns=(*CORE, *REACH, *ABOUT),
    needs=(("name", "surname", "given_name"),),
    compose=compose_customer,
)
