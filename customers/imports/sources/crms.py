"""Customer systems: what the headers of their exports mean, where the dictionary alone would err or not know."""

from __future__ import annotations

from customers.imports.kinds import Kind
from customers.imports.sources.address_books import signature
from customers.imports.sources.base import SourceProfile

CRMS = (
    SourceProfile(
        name="Salesforce",
        kind=Kind.CUSTOMERS,
        signature=signature("Account Name", "Billing Street", "Billing City"),
        fields={"Account Name": "name", "Account ID": "code", "Type": None, "Parent Account": None},
    ),
    SourceProfile(
        name="Salesforce",
        kind=Kind.CUSTOMERS,
        signature=signature("First Name", "Last Name", "Account Name", "Mailing City"),
        fields={
            "Contact ID": "code",
            "Account ID": None,
            "Account Name": "employer",
            "Title": "job_title",
            "Department": None,
            "Salutation": None,
            "Reports To": None,
        },
    ),
    SourceProfile(
        name="Salesforce",
        kind=Kind.CUSTOMERS,
        signature=signature("First Name", "Last Name", "Company / Account", "Lead Status"),
        fields={
            "Lead ID": "code",
            "Company / Account": "employer",
            "Title": "job_title",
            "Lead Status": None,
            "Salutation": None,
            "Rating": None,
        },
    ),
    SourceProfile(
        name="HubSpot",
        kind=Kind.CUSTOMERS,
        signature=signature("Record ID", "First Name", "Last Name", "Email"),
        fields={
            "Record ID": "code",
            "Company name": "employer",
            "Associated Company": "employer",
            "State/Region": "province",
            "Lead Status": None,
            "Associated Company IDs": None,
        },
    ),
    SourceProfile(
        name="HubSpot",
        kind=Kind.CUSTOMERS,
        signature=signature("Record ID", "Company name", "Company Domain Name"),
        fields={"Record ID": "code", "Company name": "name", "State/Region": "province", "Type": None},
    ),
    SourceProfile(
        name="纷享销客",
        kind=Kind.CUSTOMERS,
        signature=signature("客户名称", "负责人", "生命状态", "成交状态"),
        fields={"生命状态": None, "客户级别": None, "状态": None, "成交状态": "lifecycle", "省": "province"},
    ),
    SourceProfile(
        name="纷享销客",
        kind=Kind.CUSTOMERS,
        signature=signature("姓名", "客户名称", "负责人", "生命状态"),
        fields={"姓名": "name", "客户名称": "employer", "生命状态": None, "部门": None},
    ),
    SourceProfile(
        name="销售易",
        kind=Kind.CUSTOMERS,
        signature=signature("客户名称", "客户所有人", "客户级别"),
        fields={"客户级别": None, "状态": None, "总人数": "headcount", "年销售额": "annual_turnover"},
    ),
    SourceProfile(
        name="销售易",
        kind=Kind.CUSTOMERS,
        signature=signature("姓名", "客户名称", "联系人所有人"),
        fields={"姓名": "name", "客户名称": "employer", "部门": None},
    ),
    SourceProfile(
        name="企业微信",
        kind=Kind.CUSTOMERS,
        signature=signature("客户名称", "添加人", "添加时间"),
        fields={
            "客户名称": "name",
            "企业": "employer",
            "描述": "notes",
            "添加人帐号": None,
            "添加人账号": None,
        },
    ),
    SourceProfile(
        name="用友 U8",
        kind=Kind.CUSTOMERS,
        signature=signature("客户编码", "客户名称", "客户简称", "专管业务员名称"),
        fields={
            "客户编码": "code",
            "客户简称": None,
            "所属地区名称": "region",
            "分管部门名称": "team",
            "专管业务员名称": "owner",
            "发展日期": "created_at",
        },
    ),
    SourceProfile(
        name="金蝶 K/3",
        kind=Kind.CUSTOMERS,
        signature=signature("代码", "名称", "全名", "助记码"),
        fields={"代码": "code", "名称": None, "全名": "name", "助记码": None, "状态": None},
    ),
    SourceProfile(
        name="金蝶云星空",
        kind=Kind.CUSTOMERS,
        signature=signature("编码", "名称", "使用组织"),
        fields={
            "编码": "code",
            "名称": "name",
            "简称": None,
            "纳税登记号": "unified_social_credit_code",
            "销售员": "owner",
            "客户类别": None,
            "单据状态": None,
        },
    ),
)
