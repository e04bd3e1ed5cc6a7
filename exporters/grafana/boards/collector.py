"""The collector's own process: taking in, storing, judging, serving."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana.boards.kinds import bars, graph, same, stat
from exporters.grafana.model import Board, Query, Row

_JOB = 'job=~"$collector_job"'


def _rate(metric: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}{{{_JOB}}}[$__rate_interval]))"


def _quantiles(metric: str) -> tuple[Query, ...]:
    return tuple(
        Query(f"histogram_quantile({q}, {_rate(metric + '_bucket', 'le')})", same(f"p{q * 100:.0f}"))
        for q in (0.5, 0.95, 0.99)
    )


_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("上次判定", "Last judged"),
            ("上一轮判定结束的时间。", "When the last round of judging ended."),
            f"min(wanzhao_collector_judged_timestamp_seconds{{{_JOB}}}) * 1000",
            4,
            unit="dateTimeFromNow",
        ),
        stat(
            ("判定用时", "Judging took"),
            ("上一轮判定的用时。", "Duration of the last round."),
            f"max(wanzhao_collector_judge_seconds{{{_JOB}}})",
            4,
            unit="s",
            steps=((None, "good"), (60, "doubt"), (300, "bad")),
        ),
        stat(
            ("等待入库", "Waiting"),
            ("已检查、等写入的批次。", "Checked batches that wait for the writer."),
            f"sum(wanzhao_collector_queue_batches{{{_JOB}}})",
            4,
            steps=((None, "good"), (100, "doubt")),
        ),
        stat(
            ("判定出错", "Judgings failed"),
            ("启动以来出错的判定;看日志。", "Since the start; see the log."),
            f"sum(wanzhao_collector_judge_failures_total{{{_JOB}}})",
            4,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("内存", "Memory"),
            ("采集中心进程的常驻内存。", "Resident memory of the process."),
            f"sum(process_resident_memory_bytes{{{_JOB}}})",
            4,
            unit="bytes",
        ),
        stat(
            ("已运行", "Uptime"),
            ("进程启动距今。", "Since the process started."),
            f"time() - max(process_start_time_seconds{{{_JOB}}})",
            4,
            unit="dtdurations",
        ),
    ),
)

_IN = Row(
    ("接收", "Taking in"),
    9,
    (
        graph(
            ("批次", "Batches"),
            (
                "stored 入库、duplicate 已有、refused 拒收、busy 请稍后再来。",
                "By result: stored, duplicate, refused, busy.",
            ),
            (Query(_rate("wanzhao_collector_batches_total", "result"), same("{{result}}")),),
            8,
            unit="cps",
            is_stacked=True,
            least=0,
        ),
        graph(
            ("HTTP 应答", "HTTP answers"),
            ("对批次的应答,按状态码。", "Answers to batches by status."),
            (Query(_rate("wanzhao_collector_answers_total", "status"), same("{{status}}")),),
            8,
            unit="reqps",
            least=0,
        ),
        graph(
            ("请稍后再来", "Turned away"),
            ("按到顶的限制:queue、in_flight、rate、connections、codes。", "By the limit that was reached."),
            (Query(_rate("wanzhao_collector_turned_away_total", "limit"), same("{{limit}}")),),
            8,
            unit="reqps",
            least=0,
        ),
    ),
)

_STORE = Row(
    ("入库", "Storing"),
    9,
    (
        graph(
            ("入库用时", "Time to store"),
            ("一组批次从出队到提交。", "From taking a group off the queue to its commit."),
            _quantiles("wanzhao_collector_store_seconds"),
            8,
            unit="s",
            least=0,
        ),
        graph(
            ("一次提交的批次", "Batches of one commit"),
            ("忙时越多越省。", "More when busy."),
            _quantiles("wanzhao_collector_group_batches"),
            8,
            least=0,
        ),
        graph(
            ("等待入库的批次", "Batches waiting"),
            ("持续增长就是数据库或磁盘跟不上。", "Steady growth: the database or the disk is too slow."),
            (Query(f"sum by (instance) (wanzhao_collector_queue_batches{{{_JOB}}})", same("{{instance}}")),),
            8,
            least=0,
        ),
    ),
)

_JUDGE = Row(
    ("判定与数据", "Judging and data"),
    9,
    (
        graph(
            ("一轮判定用时", "Duration of a round"),
            ("只重新判定结论可能变的学校。", "Only schools whose answer may have changed."),
            (Query(f"max by (instance) (wanzhao_collector_judge_seconds{{{_JOB}}})", same("{{instance}}")),),
            6,
            unit="s",
            least=0,
        ),
        graph(
            ("重新判定的学校", "Schools judged"),
            ("每秒。", "A second."),
            (Query(_rate("wanzhao_collector_judged_schools_total", "instance"), same("{{instance}}")),),
            6,
            unit="cps",
            least=0,
        ),
        bars(
            ("单独被拒的行", "Rows rejected"),
            (
                "启动以来,按部分;批次其余部分照常入库。",
                "Since the start, by part; the rest of their batch was stored.",
            ),
            (Query(f"sum by (part) (wanzhao_collector_rejected_rows_total{{{_JOB}}})", same("{{part}}")),),
            6,
            least=0,
        ),
        bars(
            ("版本差异与时钟", "Newer fields and clocks"),
            ("不认识而跳过的字段;时刻被改正的批次。", "Fields passed over; batches whose slots were moved."),
            (
                Query(
                    f"sum(wanzhao_collector_unknown_fields_total{{{_JOB}}})",
                    ("不认识的字段", "unknown fields"),
                ),
                Query(
                    f"sum(wanzhao_collector_clock_doubts_total{{{_JOB}}})",
                    ("时钟存疑的批次", "clocks in doubt"),
                ),
            ),
            6,
            least=0,
        ),
    ),
)

_PROCESS = Row(
    ("进程与抓取", "Process and scraping"),
    8,
    (
        graph(
            ("处理器", "Processor"),
            ("1 是一个核。", "1 is one core."),
            (Query(_rate("process_cpu_seconds_total", "instance"), same("{{instance}}")),),
            8,
            unit="none",
            least=0,
        ),
        graph(
            ("内存", "Memory"),
            ("常驻内存。", "Resident memory."),
            (Query(f"process_resident_memory_bytes{{{_JOB}}}", same("{{instance}}")),),
            8,
            unit="bytes",
            least=0,
        ),
        graph(
            ("抓取用时", "Scrape duration"),
            ("Prometheus 抓取各任务最慢的一页。", "The slowest page of each job."),
            (Query('max by (job) (scrape_duration_seconds{job=~"$job|$collector_job"})', same("{{job}}")),),
            8,
            unit="s",
            least=0,
        ),
    ),
)

BOARD = Board(
    key="collector",
    title=("万兆 · 采集中心", "wanzhao / Collector"),
    about=("采集中心自己:接收、入库、判定。", "The collector itself: taking in, storing, judging."),
    variables=(s.JOB, s.COLLECTOR_JOB),
    rows=(_NOW, _IN, _STORE, _JUDGE, _PROCESS),
    since="now-6h",
)
