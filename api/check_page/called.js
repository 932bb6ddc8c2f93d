// What pages call things, by language. Made by scripts/make_check_called.py.

export const CALLED = {
  "zh-CN": {
    "steps": {
      "accepting": "验收",
      "arriving": "到达",
      "commissioning": "贴码",
      "creating_class_instance": "采摘",
      "decommissioning": "标签作废",
      "departing": "出发",
      "destroying": "销毁",
      "encoding": "赋码",
      "holding": "扣留待查",
      "inspecting": "检测",
      "installing": "安装传感器",
      "loading": "装车",
      "packing": "装箱",
      "receiving": "收货",
      "removing": "取下传感器",
      "repackaging": "重新包装",
      "retail_selling": "售出",
      "sampling": "取样",
      "sensor_reporting": "传感器读数",
      "shipping": "发货",
      "staging_outbound": "待发",
      "stocking": "上架",
      "storing": "入库",
      "transporting": "运输中",
      "unloading": "卸车",
      "unpacking": "拆箱",
      "https://ns.guoji.example/epcis/showing": "直播展示"
    },
    "processed": "加工",
    "dispositions": {
      "conformant": "合格",
      "non_conformant": "不合格",
      "recalled": "已召回",
      "damaged": "已损坏",
      "expired": "已过期",
      "destroyed": "已销毁",
      "returned": "已退回",
      "sellable_accessible": "在售"
    },
    "units": {
      "CEL": "°C",
      "P1": "%",
      "H60": "m³/m³",
      "A97": "hPa",
      "MMT": "mm",
      "MTS": "m/s",
      "D54": "W/m²",
      "KGM": "kg",
      "GRM": "g",
      "TNE": "t",
      "LTR": "L",
      "J18": "°Bx",
      "NA": "mg/kg",
      "M1": "mg/L",
      "VP": "%",
      "LBR": "lb",
      "ONZ": "oz",
      "MLT": "mL",
      "C62": "",
      "unstated": ""
    },
    "piece": [
      "{count} 个",
      "{count} 个"
    ],
    "unit": [
      "{count} 件",
      "{count} 件"
    ],
    "reading": [
      "{count} 条读数",
      "{count} 条读数"
    ],
    "pieces": "个",
    "limit": "限量 {limit}",
    "above": "超过限量"
  },
  "en": {
    "steps": {
      "accepting": "Accepted",
      "arriving": "Arrived",
      "commissioning": "Labelled",
      "creating_class_instance": "Harvest",
      "decommissioning": "Label ended",
      "departing": "Departed",
      "destroying": "Destroyed",
      "encoding": "Codes issued",
      "holding": "Held back",
      "inspecting": "Inspected",
      "installing": "Sensor fitted",
      "loading": "Loaded",
      "packing": "Packed",
      "receiving": "Received",
      "removing": "Sensor removed",
      "repackaging": "Repacked",
      "retail_selling": "Sold",
      "sampling": "Sample taken",
      "sensor_reporting": "Sensor readings",
      "shipping": "Shipped",
      "staging_outbound": "Made ready to ship",
      "stocking": "On the shelf",
      "storing": "Stored",
      "transporting": "On the way",
      "unloading": "Unloaded",
      "unpacking": "Unpacked",
      "https://ns.guoji.example/epcis/showing": "Shown on air"
    },
    "processed": "Processed",
    "dispositions": {
      "conformant": "within the rules",
      "non_conformant": "outside the rules",
      "recalled": "recalled",
      "damaged": "damaged",
      "expired": "expired",
      "destroyed": "destroyed",
      "returned": "returned",
      "sellable_accessible": "for sale"
    },
    "units": {
      "CEL": "°C",
      "P1": "%",
      "H60": "m³/m³",
      "A97": "hPa",
      "MMT": "mm",
      "MTS": "m/s",
      "D54": "W/m²",
      "KGM": "kg",
      "GRM": "g",
      "TNE": "t",
      "LTR": "L",
      "J18": "°Bx",
      "NA": "mg/kg",
      "M1": "mg/L",
      "VP": "%",
      "LBR": "lb",
      "ONZ": "oz",
      "MLT": "mL",
      "C62": "",
      "unstated": ""
    },
    "piece": [
      "{count} piece",
      "{count} pieces"
    ],
    "unit": [
      "{count} unit",
      "{count} units"
    ],
    "reading": [
      "{count} reading",
      "{count} readings"
    ],
    "pieces": "pieces",
    "limit": "limit {limit}",
    "above": "above the limit"
  }
};
