"""Address books: what the headers of their exports mean, where the dictionary alone would err or not know.

Signatures are headers that only that product's file has together; the rest of a file is read by the dictionary.
"""

from __future__ import annotations

from customers.imports.headers import header_name
from customers.imports.kinds import Kind
from customers.imports.sources.base import SourceProfile


def signature(*headers: str) -> frozenset[str]:
    """The normalised forms of headers that all must be there."""
    return frozenset(header_name(header).key for header in headers)


# What address books know and records of customers don't, and what would be mistaken for something else.
_NOT_KEPT: dict[str, None] = dict.fromkeys(
    (
        "Title", "Department", "Organization Department", "Organization 1 - Department", "Location", "Status", "Type",
        "Priority", "Sensitivity", "Account", "Directory Server", "Categories Color", "敬称", "称谓", "部门", "账户",
        "位置", "敏感度", "优先级", "私密", "File As", "Address 1 - Formatted",
    )
)  # fmt: skip

ADDRESS_BOOKS = (
    SourceProfile(
        name="Google Contacts",
        kind=Kind.CUSTOMERS,
        signature=signature("Given Name", "Family Name", "Yomi Name", "E-mail 1 - Value"),
        fields={"Group Membership": "tags", "Name": "name", **_NOT_KEPT},
    ),
    SourceProfile(
        name="Google Contacts",
        kind=Kind.CUSTOMERS,
        signature=signature("First Name", "Last Name", "Phonetic First Name", "Organization Name"),
        fields={
            "Labels": "tags",
            "Organization Name": "employer",
            "Organization Title": "job_title",
            **_NOT_KEPT,
        },
    ),
    SourceProfile(
        name="Outlook",
        kind=Kind.CUSTOMERS,
        signature=signature("First Name", "Last Name", "E-mail Address", "Business Phone", "Home Phone"),
        fields={"Company": "employer", "Job Title": "job_title", **_NOT_KEPT},
    ),
    SourceProfile(
        name="Outlook",
        kind=Kind.CUSTOMERS,
        signature=signature("姓", "名", "电子邮件地址", "商务电话", "住宅电话"),
        fields={"公司": "employer", "职务": "job_title", **_NOT_KEPT},
    ),
)
