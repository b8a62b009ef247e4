"""The safety rule, both ways. These sentences are for testing only; none of them teaches the model."""

from __future__ import annotations

import pytest

from bot.understanding.normalise import fold
from bot.understanding.safety import SafetyRule

RULE = SafetyRule()

# Danger: what a person at risk, or a passer-by, writes.
DANGER = """
高压线断了一头搭在水沟里
门口那根线耷拉到地上了 小孩天天从那过
電線杆斜得厲害 風一吹就晃
我们楼道电表箱里头噼里啪啦的
配电箱冒白烟咯 快点来人
一股胶皮味从插座里出来 越来越浓
变压器刚才炸了一下 还在冒火
我摸到水龙头手麻了一下
孩子摸那个铁门被电了一下
洗澡的时候感觉水带电
电表箱门敞着 里面的铜丝都看得见
地下室进水了 配电箱泡在水里
挖掘机把地下电缆挖破了
吊车的臂快碰到高压线了
有人爬到变压器上面去了
风筝挂在高压线上 几个娃在拽
台风把大树刮倒压在电线上了
我妈的呼吸机快没电了 家里停电一个多小时
停电了 制氧机的电池只能撑二十分钟
屋里一股煤气味 是不是漏了
电线皮磨破了露出铜来
空开烫手 都发黑了
插座那里有火花 一插就打火
刮风那根线和树枝碰一起就冒火星
电杆被大货车撞断了
你快点啊 我家着火了
线掉在我车顶上我不敢下来
有个小孩钻进配电房里玩
邻居修房子吊车挨着电线好近
墙里面滋滋响 开关烫得很
有人触电了 倒在地上
电缆沟那边裸露的线泡在水里
上个月就报过 电线还在那垂着呢
去年烧过一次 现在电表箱又冒烟了
电动车充电桩漏电 摸一下麻手
电费先不说 我家电表冒烟了
there's a cable hanging right across the footpath
a power line came down in the storm and it's in our garden
the pole outside number nine is leaning over the road
our meter box is smoking
i can smell burning plastic from the fuse box
sparks are coming out of the socket
the transformer on our street just exploded and it is on fire
my son got an electric shock from the tap
I get a tingle whenever I touch the washing machine
someone has climbed the pylon by the canal
kids are playing inside the substation
a kite is tangled in the power lines and a boy is pulling it
the digger outside has hit an underground cable
a crane is swinging right next to the overhead lines
a tree has fallen on the wires behind our house
water is dripping into the meter cupboard box
bare wires sticking out of the street cabinet
the door of the electricity cabinet is missing and you can see the copper
power just went out and my husband is on a ventilator
her oxygen machine has stopped, no power here
there's a smell of gas in the hallway
the wire is down again, still nobody came
live wire on the road near the school
the breaker panel is buzzing and too hot to touch, it is melting
flames out of the junction box
the fence by the transformer is live, it gave me a shock
the lamp post has been hit by a lorry and the cables are exposed
it caught fire last year and now it is smoking again
""".strip().splitlines()

CALM = """
这个月电费贵得要着火了
看到账单我整个人像触电一样
电费涨得我头上冒烟
去年起过火 后来换了新表
前年我们这电杆倒过 现在早好了 我想问下电价
万一电线掉下来我们应该怎么办
如果有人触电应该打什么电话
怎么防止漏电
漏电保护器总是跳 要不要换
我家没有冒烟也没有火花 就是没电
打火机能不能带进营业厅
你们能不能来社区办个防触电的讲座
电表上的数字不动了
楼下火锅店想增容
我爸用呼吸机 想登记一下 停电提前通知
家里有制氧机 明天停电能不能提前打电话
上次电线断了你们师傅来得很快 表扬一下
昨天线路短路打火把我电视烧坏了 要求赔偿
水费在你们这里交吗
抽油烟机费电吗
宽带断了好几天
我在排队 前面好长一条线
我上火了 你们怎么还没处理
停电到几点
谷电到几点结束
我充了钱 到现在还没到账
电话打不通
我要投诉抄表员态度恶劣
手机没电了 等会再说
电动车充电一个月大概多少度
断断续续停电好几天了
电压低得灯泡都发红
换个插座要找你们吗
麻烦你帮我查查户号
麻烦死了 天天要验证码
电热水器一天开着费电吗
房子卖了要销户
暑假电费大概多少
火车站营业厅在哪
消防验收要用的用电证明怎么开
I was shocked by my bill this month
got a shock when I saw the amount you charged
shocking service, honestly
my phone is on fire with your reminders
you should fire that clerk
my smoke detector is beeping since the outage
what should I do if a power line falls
is it dangerous if a wire gets wet
we had a fire in the meter box two years ago, all fine since
the crew fixed the fallen wire within the hour, great job
your line was busy all morning
internet line is down
I want to pay my gas bill
no smoke, no sparks, just no power
my mum uses an oxygen machine, please register her for priority
can you send someone to talk about electric shock at our school training day
last week's surge made my TV smoke, I want compensation
how can I bring my usage down
the website is down
I wrote the meter number down wrong
money is burning a hole in my pocket, let me pay
is hot water cheaper at night
what hours is off-peak
please cancel my direct debit
the lights are dim in the evening
my wife lost her job, can we pay in parts
can I wire the money to you
""".strip().splitlines()


@pytest.mark.parametrize("text", DANGER)
def test_danger_raises_the_alarm(text: str) -> None:
    alarm = RULE.alarm(fold(text))
    assert alarm is not None
    assert alarm.strong, alarm


@pytest.mark.parametrize("text", CALM)
def test_what_only_sounds_like_danger_does_not(text: str) -> None:
    alarm = RULE.alarm(fold(text))
    assert alarm is None or not alarm.strong, alarm


def test_an_alarm_explains_itself() -> None:
    alarm = RULE.alarm(fold("电线断了掉马路上 快来人"))
    assert alarm is not None
    assert alarm.danger.kind == "wire_down"
    assert alarm.danger.advice_key == "danger.advice.wire_down"
    assert alarm.danger.words == "电线断"
    assert "a wire is down" in alarm.danger.reason
    assert "'电线' + '断'" in alarm.danger.reason


def test_a_hum_alone_waits_for_the_model() -> None:
    alarm = RULE.alarm(fold("the transformer is humming"))
    assert alarm is not None
    assert not alarm.strong
