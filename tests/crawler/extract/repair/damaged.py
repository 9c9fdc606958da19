"""Invented texts and the channel that damages them, written apart from the package's own."""

import random
import re

from crawler.extract.repair.cp936 import BYTES, decode
from crawler.extract.repair.tables import load

PAGE = """青石县消费者协会关于开展春季消费维权服务活动的情况通报
为了让群众买得放心、吃得安心、用得舒心，青石县消费者协会从三月初开始，组织县城和各乡镇的分会开展春季消费维权服务活动。现将有关情况通报如下。
一、领导重视，准备充分。活动开始前，协会召开了专题会议，研究实施方案，明确责任分工，要求各分会把当地群众反映强烈的问题作为工作重点，在当地开展面对面的咨询服务。
二、宣传到位，形式多样。活动现场设立咨询台十二个，悬挂宣传标语二十多条，发放资料四千余份。县电视台对活动进行了报道。现场还展示了过期食品、劣质电线、无证玩具等实物，引导消费者学会识别。
三、调解及时，处理妥当。活动期间共接待来访群众六百余人次，受理投诉四十三件，当场办结三十五件，为消费者挽回损失五万八千元。其余八件已转有关部门处理，县局将跟踪督办。
四、检查认真，监管有力。执法人员对农贸市场、超市、药店、加油站的计量器具和商品质量进行了专项检查，责令改正十七家，立案调查五家。经营者应当依照管理条例的规定亮证经营，不得拒绝检查。
五、存在问题。一是个别乡镇站点人员不足，设备陈旧，业务水平有待提高；二是部门之间的联系还不够紧密，信息共享不及时；三是一些经营者诚信意识不强，售后服务责任落实不到位。
李大爷在集市上买了一台电动车，骑了不到十天就出现故障。他找到店主要求退货，对方却说车已经骑过，不能退。分会工作人员了解情况后，向店主讲明法律规定，店主当场认错，更换了新车。
王女士在网上订购了一套家具，收货时发现颜色与图片不符，而且桌面有裂纹。商家起初不愿意承担运费，经过三次协商，双方达成协议，由商家负责退换。
下一步，我们将继续加强与当地政府和有关部门的沟通，完善投诉处理机制，扩大服务网络，努力营造安全放心的消费环境。县级以上医院和学校也将设立服务站，预计年内全部建成。
通过这次活动，大家深深体会到，维权工作不是一阵风，而是要长期坚持、久久为功。只有把功夫下在平时，才能真正赢得群众的信任。欢迎广大消费者对我们的工作提出意见和建议。
"""

CUT = re.compile(b"(\xa3\xac|\xa3\xbb|\xa3\xbf)")


def some_list(size: int, seed: int, text: str = PAGE) -> dict[str, str]:
    """A page's list: usual characters of the text first, readings as the tables know them."""
    chosen = random.Random(seed)
    known = load()
    usual = list(dict.fromkeys(known.traditional[c] for c in text if c in known.traditional))
    others = sorted(set(known.readings) - set(usual))
    chosen.shuffle(usual)
    chosen.shuffle(others)
    return {char: min(known.readings[char]) for char in (usual + others)[:size]}


def traditional(text: str) -> str:
    """Step 1, character by character."""
    table = load().traditional
    return "".join(table.get(char, char) for char in text)


def corrupt(
    text: str, listed: dict[str, str], *, folded: bool = False, dropped: bool = False
) -> str:
    """What the channel makes of a simplified text."""
    return "\n".join(_line(line, listed, folded, dropped) for line in text.split("\n"))


def _line(line: str, listed: dict[str, str], folded: bool, dropped: bool) -> str:
    data = b"".join(BYTES[char] for char in traditional(line))
    for char in sorted(listed, key=BYTES.__getitem__):
        gloss = b"".join(BYTES[letter] for letter in f"({listed[char]})")
        data = data.replace(BYTES[char], BYTES[char] + gloss)
    out = "".join(map(decode, CUT.split(data)))
    if dropped:
        out = re.sub("[\ue000-\uf8ff]", "", out)
    return half(out) if folded else out


def half(text: str) -> str:
    """Full-width ASCII to half width."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
