"""What reps write down every day: dates, tasks, gifts, opinions, opportunities, notes, interviews, surveys."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from customers.models import (
    Calendar,
    DateKind,
    FieldProvenance,
    Gift,
    ImportantDate,
    Interview,
    NewProductAttitude,
    Note,
    Opinion,
    Opportunity,
    Stage,
    Stance,
    Survey,
    SurveyAnswer,
    Task,
    TaskOrigin,
)
from customers.models.acquisition import ChannelKind
from customers.selectors.calendar import lunar_of
from customers.services.demo.desk import Desk

_TASKS = (
    ("回访净水器使用情况", "上次反映滤芯偏贵"),
    ("送季度对账单并核对差异", ""),
    ("约谈年度框架协议", "对方总经理月底前有空"),
    ("带洗地机样机演示", "店长感兴趣"),
    ("跟进工程报价", "等对方回复"),
    ("补签价格保护协议", ""),
    ("确认旺季备货量", "去年断货三天"),
)
_OUTCOMES = ("已谈妥，下周下单", "对方出差，改约", "资料已发，待回复", "客户满意，无后续")
_GIFTS = (
    ("中秋月饼礼盒", "中秋", 298),
    ("新茶两斤", "春节", 460),
    ("台历与春联", "元旦", 58),
    ("水果礼篮", "开业", 320),
)
_OPINIONS = (
    (Stance.LIKES, "出水快，顾客复购多"),
    (Stance.LIKES, "包装结实，破损少"),
    (Stance.NEUTRAL, "性能够用，价格偏高"),
    (Stance.DISLIKES, "噪音大，退过两台"),
    (Stance.DISLIKES, "说明书太难懂，安装耽误工"),
)
_OPPORTUNITIES = ("精装房净水配套", "连锁门店统一换机", "酒店客房空净项目", "新店首批铺货", "年度框架协议")
_NOTES = (
    "前台小刘负责收货，节前先打电话。",
    "老板喜欢当面谈，别发长邮件。",
    "仓库在后巷，大车进不去。",
    "对账找财务张姐，每月 5 号前。",
)
_INTERVIEWS = (
    "谈了一小时：对方认可品质，希望旺季保供；价格上愿意接受阶梯返利。",
    "重点问了售后：要求备件放到本地仓，二十四小时内上门。",
)
_QUESTIONS = (
    ("总体满意吗？", ("很满意", "满意", "一般")),
    ("最看重哪一点？", ("交货准时", "价格", "售后", "品质")),
    ("会推荐给同行吗？", ("会", "看情况", "已经推荐过")),
)
_OTHER_DAYS = ("门店周年庆", "签约纪念日", "新店开业日")
_NOTED_FIELDS = (
    "person.major",
    "person.native_place",
    "person.favourite_cuisine",
    "person.drinking",
    "person.job_title",
)
DATES_NEAR = 24
"""Customers for whom a day is kept within a week, so that somebody's queue shows one."""
TASKS_WAITING = 5
"""Tasks that wait today for the rep who signs in."""


def write_working_records(desk: Desk) -> None:
    """Write what the first customers' reps wrote down."""
    _write_dates(desk)
    _write_tasks(desk)
    _write_what_was_said(desk)
    _write_prospects(desk)
    _write_survey(desk)
    _write_provenance(desk)


def _write_dates(desk: Desk) -> None:
    near = list(dict.fromkeys([*desk.in_front[:DATES_NEAR], *desk.everybody[:DATES_NEAR]]))
    days = [(pk, desk.today + timedelta(days=place % 7)) for place, pk in enumerate(near)]
    days += [(pk, desk.ago(365)) for pk in desk.some(desk.everybody[DATES_NEAR:], 0.35)]
    desk.save([_date(desk, pk, day) for pk, day in days])


def _date(desk: Desk, customer_id: int, day: date) -> ImportantDate:
    is_lunar = desk.chance(0.3)
    month, of_month, _is_leap = lunar_of(day) if is_lunar else (day.month, day.day, False)
    kind = desk.pick((DateKind.BIRTHDAY, DateKind.BIRTHDAY, DateKind.WEDDING, DateKind.OTHER))
    if customer_id in desk.companies:
        kind = desk.pick((DateKind.FOUNDING, DateKind.OTHER))
    return ImportantDate(
        customer_id=customer_id,
        kind=kind,
        label=desk.pick(_OTHER_DAYS) if kind == DateKind.OTHER else "",
        calendar=Calendar.LUNAR if is_lunar else Calendar.GREGORIAN,
        month=month,
        day=of_month,
    )


def _write_tasks(desk: Desk) -> None:
    tasks: list[Task] = []
    waiting = dict.fromkeys(desk.in_front[: 3 * TASKS_WAITING : 3])
    for customer_id in [*waiting, *desk.some(desk.everybody, 0.22)]:
        title, reason = desk.pick(_TASKS)
        due_on = desk.today + timedelta(days=int(desk.rng.integers(-40, 21)))
        is_done = due_on < desk.today - timedelta(days=4) or desk.chance(0.1)
        if len(tasks) < len(waiting):
            due_on, is_done = desk.today - timedelta(days=len(tasks) % 3), False
        done_on = min(due_on, desk.today - timedelta(days=1))
        tasks.append(
            Task(
                customer_id=customer_id,
                title=title,
                reason=reason,
                origin=desk.pick((TaskOrigin.MANUAL, TaskOrigin.QUICK_LOG, TaskOrigin.CARE)),
                due_on=due_on,
                assignee_id=desk.owners[customer_id],
                created_by_id=desk.owners[customer_id],
                done_at=desk.moment(done_on) if is_done else None,
                outcome=desk.pick(_OUTCOMES) if is_done else "",
            )
        )
    desk.save(tasks)


def _write_what_was_said(desk: Desk) -> None:
    desk.save([_gift(desk, pk) for pk in desk.some(desk.everybody, 0.15)])
    desk.save([_opinion(desk, pk) for pk in desk.some(desk.everybody, 0.3)])
    desk.save(
        [
            Note(customer_id=pk, body=desk.pick(_NOTES), author_id=desk.owners[pk])
            for pk in desk.some(desk.everybody, 0.2)
        ]
    )
    desk.save(
        [
            Interview(
                customer_id=pk,
                held_on=desk.ago(300),
                interviewer_id=desk.owners[pk],
                notes=desk.pick(_INTERVIEWS),
            )
            for pk in desk.some(desk.companies, 0.06)
        ]
    )


def _gift(desk: Desk, customer_id: int) -> Gift:
    description, occasion, yuan = desk.pick(_GIFTS)
    return Gift(
        customer_id=customer_id,
        given_on=desk.ago(400),
        description=description,
        occasion=occasion,
        value=Decimal(yuan),
        given_by_id=desk.owners[customer_id],
    )


def _opinion(desk: Desk, customer_id: int) -> Opinion:
    stance, statement = desk.pick(_OPINIONS)
    stated_on = desk.ago(300, 2)
    return Opinion(
        customer_id=customer_id,
        product_id=desk.pick(desk.products),
        stance=stance,
        new_product_attitude=desk.pick(NewProductAttitude.values),
        statement=statement,
        stated_on=stated_on,
        rep_id=desk.owners[customer_id],
        handled_on=stated_on + timedelta(days=1) if desk.chance(0.6) else None,
    )


def _write_prospects(desk: Desk) -> None:
    stages = {
        Stage.IDENTIFIED: 10,
        Stage.QUALIFIED: 30,
        Stage.PROPOSED: 50,
        Stage.NEGOTIATING: 75,
        Stage.WON: 100,
        Stage.LOST: 0,
    }
    found = []
    for customer_id in desk.some(desk.companies, 0.2):
        stage = desk.pick(list(stages))
        is_closed = stage in (Stage.WON, Stage.LOST)
        ahead = timedelta(days=int(desk.rng.integers(5, 120)))
        found.append(
            Opportunity(
                customer_id=customer_id,
                title=desk.pick(_OPPORTUNITIES),
                stage=stage,
                amount=Decimal(int(desk.rng.integers(3, 90)) * 10_000),
                probability=stages[stage],
                close_on=desk.today - ahead if is_closed else desk.today + ahead,
                owner_id=desk.owners[customer_id],
            )
        )
    desk.save(found)


def _write_survey(desk: Desk) -> None:
    survey, _is_new = Survey.objects.get_or_create(
        title=f"{desk.today.year - 1} 年度满意度问卷",
        defaults={
            "asked_on": date(desk.today.year - 1, 12, 1),
            "questions": [question for question, _answers in _QUESTIONS],
        },
    )
    desk.save(
        [
            SurveyAnswer(
                survey=survey,
                customer_id=pk,
                question=question,
                answer=desk.pick(answers),
                answered_on=desk.ago(200, 20),
            )
            for pk in desk.some(desk.companies, 0.12)
            for question, answers in _QUESTIONS
        ]
    )


def _write_provenance(desk: Desk) -> None:
    rows = []
    for customer_id in desk.some(desk.persons, 0.6):
        for field in _NOTED_FIELDS:
            on = desk.ago(900, 5)
            rows.append(
                FieldProvenance(
                    customer_id=customer_id,
                    field=field,
                    channel=desk.pick(
                        (ChannelKind.EVENT, ChannelKind.EXHIBITION, ChannelKind.INTERNAL_RECORDS, "")
                    ),
                    recorded_by_id=desk.owners[customer_id],
                    recorded_at=desk.moment(on),
                    verified_on=min(on + timedelta(days=int(desk.rng.integers(0, 200))), desk.today),
                )
            )
    desk.save(rows)
