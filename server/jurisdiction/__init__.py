"""管辖 and 回避: which unit enforces where and since when, and who keeps away from a firm."""
