"""The columns by which customers are reached: numbers, mail, addresses, as many as files have."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning import contacts
from customers.imports.cleaning.text import code_cleaner, text_cleaner
from customers.imports.columns import address_lines, shared
from customers.imports.columns.base import Column, always
from customers.imports.columns.shared import PLACE_LENGTH

STREET_LENGTH = 300
POSTCODE_LENGTH = 20
REACH_GROUP = _("How to reach them")
LABELLED = (1, 2, 3, 4, 5)
"""Numbers of the columns that name what they hold in another column (E-mail 1 - Label, E-mail 1 - Value)."""
LABELLED_ADDRESSES = (1, 2)

street = always(text_cleaner(STREET_LENGTH))
postcode = always(code_cleaner(POSTCODE_LENGTH))
word = always(text_cleaner(PLACE_LENGTH))


def _phone(
    field: str, label: object, headers: str, following: str = "", kept_as: str = "customer.phones"
) -> Column:
    return Column(
        field,
        label,  # type: ignore[arg-type] # lazy
        headers,
        always(contacts.phone_texts),
        group=REACH_GROUP,
        next_field=following,
        catalogue_key=kept_as,
    )


def _mail(field: str, label: object, headers: str, following: str = "") -> Column:
    return Column(
        field,
        label,  # type: ignore[arg-type] # lazy
        headers,
        always(contacts.emails),
        group=REACH_GROUP,
        next_field=following,
        catalogue_key="customer.emails",
    )


PHONES = (
    _phone(
        "mobile",
        _("mobile"),
        "Mobile Phone|Mobile Number|Mobile Phone Number|Cell|Cell Phone|Cellphone|手机|手机号|手机号码"
        "|移动电话|联系手机"
        "|手机1|联系人手机|联系人手机号",
        "mobile_2",
    ),
    _phone("mobile_2", _("second mobile"), "手机2|备用手机|Mobile Phone 2|Other Mobile", "mobile_3"),
    _phone("mobile_3", _("third mobile"), "手机3|手机4|手机5"),
    _phone(
        "home_mobile", _("private mobile"), "Private Mobile|Personal Mobile|Home Mobile|私人手机|个人手机"
    ),
    _phone("elsewhere_mobile", _("other mobile"), "Other Mobile Phone|其他手机"),
    _phone(
        "phone",
        _("phone"),
        "Telephone|Tel|Phone Number|Phone No|Business Phone|Work Phone|Office Phone|Primary Phone"
        "|Contact Number|电话"
        "|联系电话|电话号码|座机|固定电话|办公电话|公司电话|商务电话|单位电话|联系人电话|联系方式|电话1",
        "phone_2",
    ),
    _phone(
        "phone_2",
        _("second phone"),
        "Phone 2|Business Phone 2|Company Main Phone|Company Phone|商务电话 2|单位主要电话|电话2|备用电话",
        "phone_3",
    ),
    _phone(
        "phone_3",
        _("third phone"),
        "Phone 3|Assistant's Phone|Assistant Phone|Asst. Phone|助理的电话|电话3|电话4|电话5",
    ),
    _phone(
        "home_phone",
        _("home phone"),
        "Home Telephone|家庭电话|住宅电话|住宅电话号码",
        "home_phone_2",
        "person.home_phone",
    ),
    _phone("home_phone_2", _("second home phone"), "Home Phone 2|住宅电话 2", "", "person.home_phone"),
    _phone("other_phone", _("other phone"), "Other Telephone|Car Phone|其他电话|车载电话"),
    _phone(
        "fax",
        _("fax"),
        "Fax Number|Business Fax|Office Fax|传真|传真号码|办公传真|商务传真",
        "",
        "customer.faxes",
    ),
    _phone("home_fax", _("home fax"), "家庭传真|住宅传真", "", "person.home_fax"),
    _phone("other_fax", _("other fax"), "Other Fax Number|其他传真", "", "customer.faxes"),
)
MAIL = (
    _mail(
        "email",
        _("email"),
        "E-mail|E-mail Address|Email Address|Mail|Work Email|Primary Email|Email 1|邮箱|电子邮箱|电子邮件"
        "|电子邮件地址"
        "|邮件|邮件地址|邮箱地址|电邮|Email地址|联系人邮箱|工作邮箱",
        "email_2",
    ),
    _mail(
        "email_2",
        _("second email"),
        "E-mail 2 Address|Secondary Email|Additional email addresses|Other Email|电子邮件 2 地址|邮箱2"
        "|其他邮箱",
        "email_3",
    ),
    _mail("email_3", _("third email"), "E-mail 3 Address|电子邮件 3 地址|邮箱3"),
    _mail("home_email", _("private email"), "Personal Email|Private Email|个人邮箱|私人邮箱|住宅邮箱"),
    _mail("elsewhere_email", _("other email"), "Other Email Address|其他邮箱地址"),
    Column(
        "office_wechat",
        _("WeChat at work"),
        "Work WeChat|Business WeChat|工作微信|办公微信",
        always(contacts.wechat_cleaner(100)),
        group=REACH_GROUP,
        catalogue_key="customer.phones",
    ),
    Column(
        "home_wechat",
        _("private WeChat"),
        "Private WeChat|Personal WeChat|私人微信|个人微信",
        always(contacts.wechat_cleaner(100)),
        group=REACH_GROUP,
        catalogue_key="customer.phones",
    ),
    Column(
        "first_contact",
        _("primary contact point"),
        "Primary Contact Point|首选联系方式",
        always(contacts.primary),
        group=REACH_GROUP,
        catalogue_key="customer.phones",
    ),
    Column(
        "wechat",
        _("WeChat"),
        "WeChat ID|Weixin|微信|微信号|微信ID",
        always(contacts.wechat_cleaner(100)),
        group=REACH_GROUP,
        catalogue_key="customer.phones",
    ),
)
ADDRESS = (
    Column(
        "address",
        _("address"),
        "Street|Street Address|Address 1|Address Line 1|Billing Street|Billing Address|Mailing Street"
        "|Mailing Address"
        "|Shipping Street|地址|详细地址|联系地址|通讯地址|街道|街道地址|公司地址|企业地址|收货地址|客户地址",
        street,
        group=REACH_GROUP,
        catalogue_key="customer.addresses",
    ),
    Column(
        "address_2",
        _("address, second line"),
        "Address Line 2|Street 2|Street Address 2|地址2",
        street,
        group=REACH_GROUP,
        catalogue_key="customer.addresses",
    ),
    Column(
        "street_number",
        _("street number"),
        "House Number|Street No|门牌号",
        street,
        group=REACH_GROUP,
        catalogue_key="customer.addresses",
    ),
    Column(
        "postcode",
        _("postcode"),
        "Zip|Zip Code|Postal Code|Post Code|Billing Postal Code|Billing Zip|Billing Zip/Postal Code"
        "|Mailing Postal Code|Mailing Zip/Postal Code|Shipping Postal Code|邮编|邮政编码",
        postcode,
        group=REACH_GROUP,
        catalogue_key="customer.addresses",
    ),
    *shared.PLACE,
)


def _home_or_office(
    place: str, kept_as: str, words: dict[str, str], labels: dict[str, object]
) -> Iterator[Column]:
    """An address with a place of its own: ``office_address``, ``office_city`` … by the headers in ``words``."""
    for part, headers in words.items():
        cleaner = {"address": street, "postcode": postcode}.get(part, word)
        yield Column(
            f"{place}_{part}",
            labels[part],  # type: ignore[arg-type] # lazy
            headers,
            cleaner,
            group=REACH_GROUP,
            catalogue_key=kept_as,
        )


PLACES = (
    *_home_or_office(
        "office",
        "person.office_address",
        {
            "address": "Work Address|Business Street|Business Address|办公地址|单位地址|商务地址|商务地址 街道",
            "city": "Business City|商务地址 市/县|商务地址 市县|公司所在城市",
            "province": "Business State|Business Province|商务地址 省/市/自治区|商务地址 省/直辖市/自治区",
            "postcode": "Business Postal Code|Business Zip|商务地址 邮政编码|单位邮编",
            "country": "Business Country|Business Country/Region|商务地址 国家/地区",
        },
        {
            "address": _("office address"),
            "city": _("office, city"),
            "province": _("office, province"),
            "postcode": _("office, postcode"),
            "country": _("office, country"),
        },
    ),
    *_home_or_office(
        "home",
        "person.home_address",
        {
            "address": "Home Street|家庭地址|家庭住址|住址|住宅地址|住宅地址 街道|现住址",
            "city": "Home City|住宅地址 市/县|住宅地址 市县",
            "province": "Home State|Home Province|住宅地址 省/市/自治区|住宅地址 省/直辖市/自治区",
            "postcode": "Home Postal Code|Home Zip|住宅地址 邮政编码|家庭邮编",
            "country": "Home Country|Home Country/Region|住宅地址 国家/地区",
        },
        {
            "address": _("home address"),
            "city": _("home, city"),
            "province": _("home, province"),
            "postcode": _("home, postcode"),
            "country": _("home, country"),
        },
    ),
    *_home_or_office(
        "other",
        "customer.addresses",
        {
            "address": "Other Street|其他地址|其他地址 街道",
            "city": "Other City|其他地址 市/县|其他地址 市县",
            "province": "Other State|其他地址 省/市/自治区|其他地址 省/直辖市/自治区",
            "postcode": "Other Postal Code|其他地址 邮政编码",
            "country": "Other Country|Other Country/Region|其他地址 国家/地区",
        },
        {
            "address": _("other address"),
            "city": _("other address, city"),
            "province": _("other address, province"),
            "postcode": _("other address, postcode"),
            "country": _("other address, country"),
        },
    ),
)


LABELLED_PARTS = (
    ("street", _("address {number}, street"), "Street", street),
    ("more", _("address {number}, second line"), "Extended Address", street),
    ("city", _("address {number}, city"), "City", word),
    ("province", _("address {number}, province"), "Region", word),
    ("postcode", _("address {number}, postcode"), "Postal Code", postcode),
    ("country", _("address {number}, country"), "Country", word),
)


def _labelled() -> Iterator[Column]:
    """Pairs of what it is and what it says, as address books on the web write them."""
    for number in LABELLED:
        yield Column(
            f"phone_label_{number}",
            format_lazy(_("phone {number}: which it is"), number=number),
            f"Phone {number} - Label|Phone {number} - Type",
            word,
            group=REACH_GROUP,
        )
        yield _phone(
            f"phone_value_{number}",
            format_lazy(_("phone {number}, as labelled"), number=number),
            f"Phone {number} - Value",
        )
        yield Column(
            f"email_label_{number}",
            format_lazy(_("email {number}: which it is"), number=number),
            f"E-mail {number} - Label|E-mail {number} - Type",
            word,
            group=REACH_GROUP,
        )
        yield _mail(
            f"email_value_{number}",
            format_lazy(_("email {number}, as labelled"), number=number),
            f"E-mail {number} - Value",
        )
    for number in LABELLED_ADDRESSES:
        yield Column(
            f"address_label_{number}",
            format_lazy(_("address {number}: which it is"), number=number),
            f"Address {number} - Label|Address {number} - Type",
            word,
            group=REACH_GROUP,
        )
        for part, label, header, cleaner in LABELLED_PARTS:
            yield Column(
                f"address_{part}_{number}",
                format_lazy(label, number=number),
                f"Address {number} - {header}",
                cleaner,
                group=REACH_GROUP,
                catalogue_key="customer.addresses",
            )


ALL_ADDRESSES = Column(
    "addresses",
    _("all addresses"),
    "All Addresses|全部地址|所有地址",
    always(address_lines.addresses),
    group=REACH_GROUP,
    catalogue_key="customer.addresses",
)
REACH = (*PHONES, *MAIL, *ADDRESS, *PLACES, ALL_ADDRESSES, *_labelled())
