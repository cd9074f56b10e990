"""Names of every kind spelled by the rules of 1984, with the examples of the rules themselves."""

import pytest

from gazetteer.naming.romanization.place_spelling import PlaceSpelling, romanize_place_name


def spell(name: str, kind: str, province: str = "") -> PlaceSpelling | None:
    """The spelling of a name; ``kind`` is ``class:level``, or a class without levels."""
    legal_class, _, level = kind.partition(":")
    return romanize_place_name(
        name, legal_class=legal_class, level=level or legal_class, province=province
    )


def spell_text(name: str, kind: str, province: str = "") -> str | None:
    spelled = spell(name, kind, province)
    return spelled.text if spelled else None


@pytest.mark.parametrize(
    ("name", "kind", "province", "expected"),
    [
        ("太行山", "natural", "", "Taihang Shan"),
        ("江苏省", "division:province", "", "Jiangsu Sheng"),
        ("南京路", "road", "", "Nanjing Lu"),
        ("西辽河", "natural", "", "Xiliao He"),
        ("潮白新河", "natural", "", "Chaobai Xinhe"),
        ("清波门直街", "road", "", "Qingbomen Zhijie"),
        ("周口店", "other:natural_settlement", "", "Zhoukoudian"),
        ("油坊桥", "other:natural_settlement", "", "Youfangqiao"),
        ("江镇", "other:natural_settlement", "", "Jiangzhen"),
        ("景德镇市", "division:prefecture", "", "Jingdezhen Shi"),
        ("黑龙江省", "division:province", "", "Heilongjiang Sheng"),
        ("渤海湾", "natural", "", "Bohai Wan"),
        ("左权县", "division:county", "", "Zuoquan Xian"),
        ("张之洞路", "road", "", "Zhangzhidong Lu"),
        ("三门峡", "natural", "", "Sanmen Xia"),
        ("五一广场", "building", "", "Wuyi Guangchang"),
        ("二马路", "road", "", "2 Malu"),
        ("经五路", "road", "", "Jing 5 Lu"),
        ("东四十二条", "road", "", "Dongsi 12 Tiao"),
        ("1203高地", "natural", "", "1203 Gaodi"),
        ("西安", "division:prefecture", "", "Xi'an"),
        ("南澳县", "division:county", "", "Nan'ao Xian"),
        ("天峨县", "division:county", "", "Tian'e Xian"),
        ("十里堡", "other:natural_settlement", "11", "Shilipu"),
        ("吴堡县", "division:county", "", "Wubu Xian"),
        ("麻涌镇", "division:township", "44", "Machong Zhen"),
        ("东涌镇", "division:township", "44", "Dongchong Zhen"),
        ("六都镇", "division:township", "44", "Liudu Zhen"),
    ],
)
def test_the_vectors_of_the_field_notes_are_spelled_right(
    name: str, kind: str, province: str, expected: str
) -> None:
    assert spell_text(name, kind, province) == expected


@pytest.mark.parametrize(
    ("name", "kind", "province", "expected"),
    [
        ("松花江", "natural", "", "Songhua Jiang"),
        ("汾河", "natural", "", "Fen He"),
        ("太湖", "natural", "", "Tai Hu"),
        ("舟山群岛", "natural", "", "Zhoushan Qundao"),
        ("台湾海峡", "natural", "", "Taiwan Haixia"),
        ("青藏高原", "natural", "", "Qingzang Gaoyuan"),
        ("密云水库", "facility", "", "Miyun Shuiku"),
        ("大运河", "facility", "", "Da Yunhe"),
        ("永丰渠", "facility", "", "Yongfeng Qu"),
        ("西藏自治区", "division:province", "", "Xizang Zizhiqu"),
        ("襄樊市", "division:prefecture", "", "Xiangfan Shi"),
        ("通县", "division:county", "", "Tong Xian"),
        ("西峰镇", "division:township", "", "Xifeng Zhen"),
        ("虹口区", "division:county", "", "Hongkou Qu"),
        ("友谊乡", "division:township", "", "Youyi Xiang"),
        ("京津公路", "road", "", "Jingjin Gonglu"),
        ("滨江道", "road", "", "Binjiang Dao"),
        ("横街", "road", "", "Heng Jie"),
        ("长安街", "road", "", "Chang'an Jie"),
        ("大马路", "road", "", "Da Malu"),
        ("梧桐巷", "road", "", "Wutong Xiang"),
        ("门框胡同", "road", "", "Menkuang Hutong"),
        ("新通扬运河", "facility", "", "Xintongyang Yunhe"),
        ("北雁荡山", "natural", "", "Beiyandang Shan"),
        ("老秃顶子山", "natural", "", "Laotudingzi Shan"),
        ("小金门岛", "natural", "", "Xiaojinmen Dao"),
        ("景山后街", "road", "", "Jingshan Houjie"),
        ("造币左路", "road", "", "Zaobi Zuolu"),
        ("后赵家楼胡同", "road", "", "Houzhaojialou Hutong"),
        ("朝阳门内大街", "road", "", "Chaoyangmennei Dajie"),
        ("南小街", "road", "", "Nan Xiaojie"),
        ("小南街", "road", "", "Xiao Nanjie"),
        ("南横东街", "road", "", "Nanheng Dongjie"),
        ("修文西小巷", "road", "", "Xiuwen Xixiaoxiang"),
        ("东直门外南后街", "road", "", "Dongzhimenwai Nanhoujie"),
        ("王村", "other:natural_settlement", "", "Wangcun"),
        ("漷县", "other:natural_settlement", "", "Huoxian"),
        ("文家市", "other:natural_settlement", "", "Wenjiashi"),
        ("铁匠营", "other:natural_settlement", "", "Tiejiangying"),
        ("东桑家堡子", "other:natural_settlement", "", "Dongsangjiabuzi"),
        ("解放路南小街", "road", "", "Jiefanglu Nanxiaojie"),
        ("包头胡同东巷", "road", "", "Baotou Hutong Dongxiang"),
        ("欧阳海水库", "facility", "", "Ouyanghai Shuiku"),
        ("五指山", "natural", "", "Wuzhi Shan"),
        ("九龙江", "natural", "", "Jiulong Jiang"),
        ("二道沟", "natural", "", "Erdao Gou"),
        ("第二松花江", "natural", "", "Di'er Songhua Jiang"),
        ("第六屯", "other:natural_settlement", "", "Diliutun"),
        ("三眼井胡同", "road", "", "Sanyanjing Hutong"),
        ("八角场东街", "road", "", "Bajiaochang Dongjie"),
        ("三八路", "road", "", "Sanba Lu"),
        ("1718峰", "natural", "", "1718 Feng"),
        ("三环路", "road", "", "3 Huanlu"),
        ("大川淀一巷", "road", "", "Dachuandian 1 Xiang"),
        ("第九弄", "road", "", "Di-9 Long"),
        ("大黄堡", "other:natural_settlement", "12", "Dahuangbao"),
        ("李庄", "other:natural_settlement", "", "Lizhuang"),
        ("珠江", "natural", "", "Zhu Jiang"),
        ("天宁寺西里一巷", "road", "", "Tianningsi Xili 1 Xiang"),
        ("建瓯市", "division:county", "", "Jian'ou Shi"),
        ("解放桥", "facility", "", "Jiefang Qiao"),
        ("挹江门", "building", "", "Yijiang Men"),
        ("黄鹤楼", "building", "", "Huanghe Lou"),
        ("少林寺", "building", "", "Shaolin Si"),
        ("大雁塔", "building", "", "Dayan Ta"),
        ("中山陵", "building", "", "Zhongshan Ling"),
        ("兰州站", "facility", "", "Lanzhou Zhan"),
        ("星海公园", "park_reserve", "", "Xinghai Gongyuan"),
        ("武汉长江大桥", "facility", "", "Wuhan Changjiang Daqiao"),
        ("上海交通大学", "other", "", "Shanghai Jiaotong Daxue"),
        ("金陵饭店", "building", "", "Jinling Fandian"),
        ("鲁迅博物馆", "other", "", "Luxun Bowuguan"),
        ("红星拖拉机厂", "other", "", "Hongxing Tuolajichang"),
        ("月亮山种羊场", "other", "", "Yueliangshan Zhongyangchang"),
        ("北京工人体育馆", "other", "", "Beijing Gongren Tiyuguan"),
        ("二七烈士纪念碑", "other", "", "Erqi Lieshi Jinianbei"),
        ("一线天", "park_reserve", "", "Yixiantian"),
        ("水珠帘", "park_reserve", "", "Shuizhulian"),
        ("三潭印月", "park_reserve", "", "Santanyinyue"),
        ("501矿区", "other", "", "501 Kuangqu"),
        ("前进四厂", "other", "", "Qianjin 4 Chang"),
    ],
)
def test_the_examples_of_the_rules_are_spelled_right(
    name: str, kind: str, province: str, expected: str
) -> None:
    """Rules 1 to 16 of 中地字第17号; left out: 广安门/北滨河/路 and 广渠/南水关/胡同."""
    assert spell_text(name, kind, province) == expected


@pytest.mark.parametrize(
    ("name", "kind", "province", "expected"),
    [
        ("天河大厦", "building", "", "Tianhe Dasha"),
        ("中山大道中", "road", "", "Zhongshan Dadao Zhong"),
        ("中山一路", "road", "", "Zhongshan 1 Lu"),
        ("体育西横街", "road", "", "Tiyu Xihengjie"),
        ("广州南站", "facility", "", "Guangzhou Nanzhan"),
        ("五一路", "road", "", "Wuyi Lu"),
        ("东北路", "road", "", "Dongbei Lu"),
        ("河北路", "road", "", "Hebei Lu"),
        ("江南大道", "road", "", "Jiangnan Dadao"),
        ("东风中路", "road", "", "Dongfeng Zhonglu"),
        ("人民公园东路", "road", "", "Renmin Gongyuan Donglu"),
        ("105国道", "road", "", "105 Guodao"),
        ("深圳市宝安国际机场", "division:township", "44", "Shenzhen Shi Bao'an Guoji Jichang"),
        ("黄龙带水库虚拟生活区", "division:village", "44", "Huanglongdai Shuiku Xuni Shenghuoqu"),
        ("福田保税区", "division:township", "44", "Futian Baoshuiqu"),
        ("费县汽车站", "facility", "37", "Fei Xian Qichezhan"),
        ("郑州市玻璃厂", "other", "41", "Zhengzhou Shi Bolichang"),
        ("浙江省测绘局", "other", "33", "Zhejiang Sheng Cehuiju"),
        ("北京市宣武区育才学校", "other", "11", "Beijing Shi Xuanwu Qu Yucai Xuexiao"),
        ("武威地区气象局", "other", "62", "Wuwei Diqu Qixiangju"),
        ("城市广场", "building", "44", "Chengshi Guangchang"),
        ("综合市场", "other", "44", "Zonghe Shichang"),
        ("天河大厦", "building", "44", "Tianhe Dasha"),
        ("天坛", "park_reserve", "11", "Tiantan"),
        ("白云山森林公园", "park_reserve", "", "Baiyunshan Senlin Gongyuan"),
        ("西沙群岛", "division:county", "", "Xisha Qundao"),
        ("科尔沁右翼中旗", "division:county", "", "Ke'erqin Youyi Zhongqi"),
        ("浦东新区", "division:county", "", "Pudong Xinqu"),
    ],
)
def test_other_names_are_spelled_after_these_examples(
    name: str, kind: str, province: str, expected: str
) -> None:
    assert spell_text(name, kind, province) == expected


@pytest.mark.parametrize(
    ("name", "kind", "rules"),
    [
        ("太行山", "natural", ("RM-01",)),
        ("潮白新河", "natural", ("RM-01", "RM-02")),
        ("江镇", "other:natural_settlement", ("RM-03",)),
        ("景德镇市", "division:prefecture", ("RM-01", "RM-04")),
        ("左权县", "division:county", ("RM-01", "RM-05")),
        ("三门峡", "natural", ("RM-01", "RM-06")),
        ("二马路", "road", ("RM-01", "RM-07")),
        ("西安市", "division:prefecture", ("RM-01", "RM-08")),
        ("六都镇", "division:township", ("RM-01", "RM-06", "RM-09")),
    ],
)
def test_the_rules_that_were_applied_are_listed(
    name: str, kind: str, rules: tuple[str, ...]
) -> None:
    spelled = spell(name, kind)
    assert spelled is not None
    assert spelled.rules == rules


def test_tones_and_words_belong_to_the_spelling() -> None:
    spelled = spell("东四十二条", "road")
    assert spelled is not None
    assert (spelled.toned, spelled.words) == ("Dōngsì 12 Tiáo", ("东四", "十二", "条"))
    assert spelled.text == "Dongsi 12 Tiao"


def test_an_approved_reading_goes_before_all_others() -> None:
    spelled = romanize_place_name(
        "大埔路", legal_class="road", level="road", given_reading=("dà", "pǔ", "lù")
    )
    assert spelled is not None
    assert (spelled.text, spelled.toned) == ("Dapu Lu", "Dàpǔ Lù")
    assert "RM-09" in spelled.rules
    assert spelled.alternatives == ()


def test_a_reading_has_a_syllable_for_each_character() -> None:
    with pytest.raises(ValueError, match="one syllable"):
        romanize_place_name("大埔", legal_class="other", level="poi", given_reading=("dà",))


def test_other_readings_are_offered_where_nothing_settles_them() -> None:
    spelled = spell("藏龙路", "road")
    assert spelled is not None
    assert spelled.text == "Canglong Lu"
    others = {(other.position, other.character, other.text) for other in spelled.alternatives}
    assert (0, "藏", "Zanglong Lu") in others
    settled = spell("麻涌镇", "division:township", "44")
    assert settled is not None
    assert [other for other in settled.alternatives if other.character == "涌"] == []


@pytest.mark.parametrize("name", ["", "三沙、", "ル路"])
def test_nothing_is_proposed_for_what_has_no_reading(name: str) -> None:
    assert spell(name, "road") is None
