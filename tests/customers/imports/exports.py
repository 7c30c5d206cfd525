"""The headers that common products write above their exports, with one row as they would fill it."""

from typing import NamedTuple


class Export(NamedTuple):
    """What a product writes: its name, headers joined by "|", what a row says, the rest blank, and what feeds what."""

    product: str
    headers: str
    says: dict[str, str]
    fields: dict[str, str]

    @property
    def text(self) -> str:
        """The file."""
        headers = self.headers.split("|")
        lines = (headers, [self.says.get(header, "") for header in headers])
        return "".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines)


GOOGLE_NEW = Export(
    "Google Contacts",
    "First Name|Middle Name|Last Name|Phonetic First Name|Phonetic Middle Name|Phonetic Last Name|Name Prefix"
    "|Name Suffix|Nickname|File As|Organization Name|Organization Title|Organization Department|Birthday"
    "|Notes|Photo"
    "|Labels|E-mail 1 - Label|E-mail 1 - Value|E-mail 2 - Label|E-mail 2 - Value|Phone 1 - Label"
    "|Phone 1 - Value"
    "|Phone 2 - Label|Phone 2 - Value|Address 1 - Label|Address 1 - Formatted|Address 1 - Street"
    "|Address 1 - City"
    "|Address 1 - PO Box|Address 1 - Region|Address 1 - Postal Code|Address 1 - Country"
    "|Address 1 - Extended Address"
    "|Website 1 - Label|Website 1 - Value",
    {
        "First Name": "Ada", "Middle Name": "Mary", "Last Name": "King", "Organization Name": "Engines Ltd",
        "Organization Title": "Analyst", "Birthday": "1985-12-10", "Labels": "VIP ::: * myContacts",
        "E-mail 1 - Label": "* Work", "E-mail 1 - Value": "ada@engines.example", "E-mail 2 - Label": "Home",
        "E-mail 2 - Value": "ada@home.example ::: king@home.example", "Phone 1 - Label": "Mobile",
        "Phone 1 - Value": "+44 7911 123456", "Phone 2 - Label": "Work Fax", "Phone 2 - Value": "+44 20 7946 0958",
        "Address 1 - Label": "Home", "Address 1 - Formatted": "1 High St\nLondon", "Address 1 - Street": "1 High St",
        "Address 1 - City": "London", "Address 1 - Postal Code": "W1", "Address 1 - Country": "United Kingdom",
    },
    {"surname": "Last Name", "given_name": "First Name", "employer": "Organization Name", "tags": "Labels"},
)  # fmt: skip
GOOGLE_OLD = Export(
    "Google Contacts",
    "Name|Given Name|Additional Name|Family Name|Yomi Name|Given Name Yomi|Additional Name Yomi"
    "|Family Name Yomi"
    "|Name Prefix|Name Suffix|Initials|Nickname|Short Name|Maiden Name|Birthday|Gender|Location"
    "|Billing Information"
    "|Directory Server|Mileage|Occupation|Hobby|Sensitivity|Priority|Subject|Notes|Language|Photo"
    "|Group Membership"
    "|E-mail 1 - Type|E-mail 1 - Value|Phone 1 - Type|Phone 1 - Value|Organization 1 - Type"
    "|Organization 1 - Name"
    "|Organization 1 - Yomi Name|Organization 1 - Title|Organization 1 - Department",
    {
        "Name": "Ada King", "Given Name": "Ada", "Family Name": "King", "Group Membership": "* myContacts ::: VIP",
        "E-mail 1 - Type": "* Work", "E-mail 1 - Value": "ada@engines.example", "Phone 1 - Type": "Mobile",
        "Phone 1 - Value": "+44 7911 123456", "Organization 1 - Name": "Engines Ltd",
        "Organization 1 - Title": "Analyst",
    },
    {"name": "Name", "employer": "Organization 1 - Name", "job_title": "Organization 1 - Title"},
)  # fmt: skip
OUTLOOK = Export(
    "Outlook",
    "First Name|Middle Name|Last Name|Title|Suffix|Nickname|Given Yomi|Surname Yomi|E-mail Address"
    "|E-mail 2 Address"
    "|E-mail 3 Address|Home Phone|Home Phone 2|Business Phone|Business Phone 2|Mobile Phone|Car Phone"
    "|Other Phone"
    "|Primary Phone|Pager|Business Fax|Home Fax|Other Fax|Company Main Phone|Callback|Radio Phone|Telex"
    "|TTY/TDD Phone"
    "|IMAddress|Job Title|Department|Company|Office Location|Manager's Name|Assistant's Name"
    "|Assistant's Phone"
    "|Company Yomi|Business Street|Business City|Business State|Business Postal Code|Business Country/Region"
    "|Home Street|Home City|Home State|Home Postal Code|Home Country/Region|Other Street|Other City"
    "|Other State"
    "|Other Postal Code|Other Country/Region|Personal Web Page|Spouse|Schools|Hobby|Location|Web Page"
    "|Birthday"
    "|Anniversary|Notes",
    {
        "First Name": "Ada", "Last Name": "King", "Title": "Dr.", "E-mail Address": "ada@engines.example",
        "E-mail 2 Address": "king@engines.example", "Mobile Phone": "+44 7911 123456", "Job Title": "Analyst",
        "Company": "Engines Ltd", "Department": "Analysis", "Business Street": "2 Mill Rd", "Business City": "London",
        "Home Street": "1 High St", "Home City": "Leeds", "Birthday": "12/10/1985",
    },
    {
        "employer": "Company", "job_title": "Job Title", "office_address": "Business Street",
        "home_city": "Home City",
        "email_2": "E-mail 2 Address", "mobile": "Mobile Phone", "wedding_anniversary": "Anniversary",
    },
)  # fmt: skip
OUTLOOK_ZH = Export(
    "Outlook",
    "名|中间名|姓|敬称|后缀|昵称|电子邮件地址|电子邮件 2 地址|电子邮件 3 地址|住宅电话|住宅电话 2|商务电话"
    "|商务电话 2|移动电话"
    "|车载电话|其他电话|商务传真|住宅传真|其他传真|单位主要电话|职务|部门|公司|办公地点|经理姓名|助理的姓名"
    "|助理的电话"
    "|商务地址 街道|商务地址 市/县|商务地址 省/市/自治区|商务地址 邮政编码|商务地址 国家/地区|住宅地址 街道"
    "|住宅地址 市/县"
    "|住宅地址 省/市/自治区|住宅地址 邮政编码|住宅地址 国家/地区|生日|纪念日|附注",
    {
        "名": "三", "姓": "张", "电子邮件地址": "zhang@example.cn", "移动电话": "13800138000", "公司": "华新",
        "职务": "经理", "部门": "采购部", "商务地址 街道": "南京路1号", "商务地址 市/县": "上海市",
        "生日": "1980/5/4",
    },
    {"surname": "姓", "given_name": "名", "employer": "公司", "office_city": "商务地址 市/县", "notes": "附注"},
)  # fmt: skip
SALESFORCE_ACCOUNTS = Export(
    "Salesforce",
    "Account ID|Account Name|Account Number|Type|Parent Account|Phone|Fax|Website|Industry|Annual Revenue"
    "|Employees"
    "|Billing Street|Billing City|Billing State/Province|Billing Zip/Postal Code|Billing Country"
    "|Shipping Street"
    "|Shipping City|Account Owner|Account Source|Ownership|Rating|Description|Created Date"
    "|Last Modified Date",
    {
        "Account ID": "0015g00000AbCdE", "Account Name": "Engines Ltd", "Type": "Customer - Direct",
        "Phone": "+44 20 7946 0958", "Annual Revenue": "£1,200,000.00", "Employees": "35", "Billing City": "London",
        "Billing Country": "United Kingdom", "Ownership": "Private", "Created Date": "2023-05-06",
    },
    {
        "name": "Account Name", "code": "Account ID", "owner": "Account Owner", "source": "Account Source",
        "city": "Billing City", "headcount": "Employees", "ownership_type": "Ownership",
    },
)  # fmt: skip
SALESFORCE_CONTACTS = Export(
    "Salesforce",
    "Contact ID|Salutation|First Name|Last Name|Title|Department|Account ID|Account Name|Email|Phone|Mobile"
    "|Home Phone"
    "|Fax|Mailing Street|Mailing City|Mailing State/Province|Mailing Zip/Postal Code|Mailing Country"
    "|Birthdate"
    "|Lead Source|Contact Owner|Description|Created Date",
    {
        "Contact ID": "0035g00000AbCdE", "Salutation": "Ms.", "First Name": "Ada", "Last Name": "King",
        "Title": "Analyst", "Account ID": "0015g00000AbCdE", "Account Name": "Engines Ltd",
        "Email": "ada@engines.example", "Mailing City": "London", "Birthdate": "1985-12-10",
    },
    {
        "code": "Contact ID", "employer": "Account Name", "job_title": "Title", "owner": "Contact Owner",
        "source": "Lead Source", "address": "Mailing Street", "date_of_birth": "Birthdate",
    },
)  # fmt: skip
SALESFORCE_LEADS = Export(
    "Salesforce",
    "Lead ID|Salutation|First Name|Last Name|Title|Company / Account|Email|Phone|Mobile|Street|City"
    "|State/Province"
    "|Zip/Postal Code|Country|Lead Status|Lead Source|Rating|Industry|Annual Revenue|No. of Employees"
    "|Lead Owner"
    "|Create Date",
    {
        "First Name": "Ada",
        "Last Name": "King",
        "Company / Account": "Engines Ltd",
        "Lead Status": "Working - Contacted",
    },
    {
        "code": "Lead ID",
        "employer": "Company / Account",
        "owner": "Lead Owner",
        "headcount": "No. of Employees",
    },
)
HUBSPOT_CONTACTS = Export(
    "HubSpot",
    "Record ID|First Name|Last Name|Email|Phone Number|Mobile Phone Number|Contact owner|Lifecycle Stage"
    "|Lead Status"
    "|Company name|Job Title|Street Address|City|State/Region|Postal Code|Country/Region|Date of birth"
    "|Original Traffic Source|Create Date|Associated Company|Associated Company IDs",
    {
        "Record ID": "151", "First Name": "Ada", "Last Name": "King", "Email": "ada@engines.example",
        "Lifecycle Stage": "Marketing Qualified Lead", "Company name": "Engines Ltd", "State/Region": "England",
        "Country/Region": "United Kingdom", "Create Date": "2024-03-05 10:22",
    },
    {
        "code": "Record ID", "mobile": "Mobile Phone Number", "lifecycle": "Lifecycle Stage",
        "employer": "Company name",
        "owner": "Contact owner", "province": "State/Region", "source": "Original Traffic Source",
    },
)  # fmt: skip
HUBSPOT_COMPANIES = Export(
    "HubSpot",
    "Record ID|Company name|Company Domain Name|Company owner|Create Date|Phone Number|Last Activity Date"
    "|City"
    "|State/Region|Country/Region|Postal Code|Street Address|Industry|Type|Number of Employees|Annual Revenue"
    "|Year Founded|Description|Lifecycle Stage",
    {
        "Record ID": "77",
        "Company name": "Engines Ltd",
        "Number of Employees": "35",
        "Lifecycle Stage": "Customer",
    },
    {
        "code": "Record ID",
        "name": "Company name",
        "owner": "Company owner",
        "annual_turnover": "Annual Revenue",
    },
)
FXIAOKE_CUSTOMERS = Export(
    "纷享销客",
    "客户编号|客户名称|负责人|负责人主属部门|客户级别|客户来源|1级行业|2级行业|成交状态|生命状态|国家|省|市"
    "|区|详细地址|电话|传真"
    "|网址|邮件|最后跟进时间|最后成交时间|备注|创建人|创建时间|最后修改时间|相关团队|锁定状态",
    {
        "客户编号": "KH202403050001", "客户名称": "上海华新贸易有限公司", "客户级别": "重点客户",
        "成交状态": "已成交",
        "生命状态": "正常", "省": "上海市", "市": "上海市", "区": "黄浦区", "电话": "021-65529988",
        "创建时间": "2024-03-05 10:22",
    },
    {
        "code": "客户编号", "name": "客户名称", "owner": "负责人", "team": "负责人主属部门", "source": "客户来源",
        "industry": "1级行业", "lifecycle": "成交状态", "province": "省", "city": "市", "district": "区",
    },
)  # fmt: skip
FXIAOKE_CONTACTS = Export(
    "纷享销客",
    "姓名|客户名称|部门|职务|手机1|手机2|手机3|电话1|电话2|邮件|生日|性别|微信|地址|介绍人|备注|负责人"
    "|负责人主属部门|生命状态|创建时间",
    {
        "姓名": "张三",
        "客户名称": "上海华新贸易有限公司",
        "职务": "经理",
        "手机1": "13800138000",
        "手机2": "13900139000",
    },
    {
        "name": "姓名",
        "employer": "客户名称",
        "job_title": "职务",
        "mobile": "手机1",
        "mobile_2": "手机2",
        "phone": "电话1",
    },
)
XIAOSHOUYI = Export(
    "销售易",
    "客户名称|客户所有人|所属部门|客户级别|行业|上级客户|电话|传真|网站|省份|城市|区县|地址|邮政编码|总人数"
    "|年销售额|备注|创建日期"
    "|最新活动记录|公海",
    {"客户名称": "上海华新贸易有限公司", "客户级别": "A", "总人数": "120", "年销售额": "1200万"},
    {
        "name": "客户名称",
        "owner": "客户所有人",
        "team": "所属部门",
        "headcount": "总人数",
        "annual_turnover": "年销售额",
    },
)
XIAOSHOUYI_CONTACTS = Export(
    "销售易",
    "姓名|客户名称|联系人所有人|所属部门|部门|职务|电话|手机|电子邮件|生日|省份|地址|邮政编码|备注|创建日期",
    {"姓名": "张三", "客户名称": "上海华新贸易有限公司", "手机": "13800138000"},
    {
        "name": "姓名",
        "employer": "客户名称",
        "owner": "联系人所有人",
        "team": "所属部门",
        "email": "电子邮件",
    },
)
WECOM = Export(
    "企业微信",
    "客户名称|描述|添加人|添加人帐号|添加人所属部门|添加时间|来源|手机|企业|邮箱|地址|职务|电话|标签组1|标签",
    {
        "客户名称": "张三", "描述": "展会认识", "添加人": "李四", "添加时间": "2024-03-05 10:22:00",
        "手机": "13800138000",
        "企业": "上海华新贸易有限公司",
    },
    {
        "name": "客户名称", "notes": "描述", "owner": "添加人", "team": "添加人所属部门", "created_at": "添加时间",
        "employer": "企业", "tags": "标签",
    },
)  # fmt: skip
YONYOU = Export(
    "用友 U8",
    "客户编码|客户名称|客户简称|客户分类编码|所属地区名称|所属行业|税号|法人|电话|传真|手机|Email地址"
    "|邮政编码|地址|联系人"
    "|分管部门名称|专管业务员名称|发展日期|信用等级|付款条件编码",
    {
        "客户编码": "0101001", "客户名称": "上海华新贸易有限公司", "联系人": "张三", "手机": "13800138000",
        "发展日期": "2019-01-08",
    },
    {
        "code": "客户编码", "name": "客户名称", "region": "所属地区名称", "industry": "所属行业",
        "email": "Email地址",
        "unified_social_credit_code": "税号", "team": "分管部门名称", "owner": "专管业务员名称",
        "contact_person": "联系人",
    },
)  # fmt: skip
KINGDEE_K3 = Export(
    "金蝶 K/3",
    "代码|名称|全名|助记码|简称|地址|状态|区域|行业|联系人|电话|移动电话|传真|邮编|邮件地址|税务登记号"
    "|分管部门|专营业务员|结算币种",
    {"代码": "01.01.001", "名称": "华新", "全名": "上海华新贸易有限公司", "状态": "使用", "电话": "021-65529988"},
    {
        "code": "代码", "name": "全名", "region": "区域", "mobile": "移动电话", "email": "邮件地址",
        "owner": "专营业务员",
        "team": "分管部门", "unified_social_credit_code": "税务登记号", "contact_person": "联系人",
    },
)  # fmt: skip
KINGDEE_CLOUD = Export(
    "金蝶云星空",
    "单据状态|编码|名称|使用组织|创建组织|简称|国家|地区|省份|城市|通讯地址|联系电话|传真|邮政编码|公司网址"
    "|纳税登记号|公司类别"
    "|公司性质|公司规模|销售部门|销售员|客户类别|结算币别",
    {"编码": "CUST0001", "名称": "上海华新贸易有限公司", "单据状态": "已审核", "公司性质": "民营企业"},
    {
        "code": "编码", "name": "名称", "region": "地区", "owner": "销售员", "team": "销售部门",
        "address": "通讯地址",
        "unified_social_credit_code": "纳税登记号", "ownership_type": "公司性质",
    },
)  # fmt: skip

EXPORTS = (
    GOOGLE_NEW, GOOGLE_OLD, OUTLOOK, OUTLOOK_ZH, SALESFORCE_ACCOUNTS, SALESFORCE_CONTACTS, SALESFORCE_LEADS,
    HUBSPOT_CONTACTS, HUBSPOT_COMPANIES, FXIAOKE_CUSTOMERS, FXIAOKE_CONTACTS, XIAOSHOUYI, XIAOSHOUYI_CONTACTS,
    WECOM, YONYOU, KINGDEE_K3, KINGDEE_CLOUD,
)  # fmt: skip
