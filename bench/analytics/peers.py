"""The Python side of main.mjs: prints one JSON object of median milliseconds."""
import json
import os
import statistics
import sys
import time
import types
from collections import deque
from decimal import Decimal

import numpy as np
import pandas as pd
import scipy
from scipy import stats

folder, rounds, peers = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def median(work, times):
    work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


values = np.fromfile(os.path.join(folder, "returns.f64"))
series = pd.Series(values, index=pd.date_range("1950-01-01", periods=len(values), freq="H"))
columns = np.fromfile(os.path.join(folder, "fills.f64")).reshape(3, -1)
result = {"versions": {"python": sys.version.split()[0], "pandas": pd.__version__, "numpy": np.__version__, "scipy": scipy.__version__}}


def commit(name):
    head = os.path.join(peers, name, "COMMIT")
    return open(head).read().strip() if os.path.exists(head) else "unknown"


if os.path.isdir(os.path.join(peers, "emp")):
    sys.path.insert(0, os.path.join(peers, "emp", "src"))
    import empyrical as emp

    A = 8760

    def empyrical_metrics():
        emp.cum_returns_final(series)
        emp.annual_return(series, annualization=A)
        emp.annual_volatility(series, annualization=A)
        emp.sharpe_ratio(series, annualization=A)
        emp.sortino_ratio(series, annualization=A)
        emp.downside_risk(series, annualization=A)
        emp.calmar_ratio(series, annualization=A)
        emp.omega_ratio(series, annualization=A)
        emp.max_drawdown(series)
        emp.stability_of_timeseries(series)
        emp.tail_ratio(series)
        emp.value_at_risk(series)
        emp.conditional_value_at_risk(series)
        stats.skew(series)
        stats.kurtosis(series)
        emp.aggregate_returns(series, "monthly")

    result["empyrical"] = median(empyrical_metrics, min(rounds, 5))
    result["versions"]["empyrical"] = commit("emp")

if os.path.isdir(os.path.join(peers, "qs")):
    package = types.ModuleType("quantstats")
    package.__path__ = [os.path.join(peers, "qs", "quantstats")]
    sys.modules["quantstats"] = package
    sys.modules["yfinance"] = types.ModuleType("yfinance")  # downloads prices; not used here
    import quantstats.stats as qs

    def quantstats_metrics():
        qs.comp(series)
        qs.cagr(series, periods=8760)
        qs.volatility(series, periods=8760)
        qs.sharpe(series, periods=8760)
        qs.sortino(series, periods=8760)
        qs.calmar(series, periods=8760)
        qs.omega(series, periods=8760)
        qs.max_drawdown(series)
        qs.skew(series)
        qs.kurtosis(series)
        qs.value_at_risk(series)
        qs.conditional_value_at_risk(series)
        qs.ulcer_index(series)
        qs.tail_ratio(series)
        qs.recovery_factor(series)
        qs.win_rate(series)
        qs.avg_win(series)
        qs.avg_loss(series)
        qs.payoff_ratio(series)
        qs.profit_factor(series)
        qs.best(series)
        qs.worst(series)
        qs.monthly_returns(series)
        qs.probabilistic_sharpe_ratio(series, periods=8760)

    result["quantstats"] = median(quantstats_metrics, min(rounds, 3))
    result["versions"]["quantstats"] = commit("qs")

fills = [
    (side > 0, Decimal(int(quantity)).scaleb(-3), Decimal(int(price)).scaleb(-2))
    for side, quantity, price in zip(*columns)
]
realized = Decimal(0)


def decimal_deque():
    global realized
    lots, direction, realized = deque(), 0, Decimal(0)
    for buy, quantity, price in fills:
        sign = 1 if buy else -1
        if not lots or direction == sign:
            direction = sign
            lots.append((quantity, price))
            continue
        while quantity and lots:
            lot, paid = lots[0]
            part = lot if lot < quantity else quantity
            realized += part * (price - paid) if direction > 0 else part * (paid - price)
            quantity -= part
            if part == lot:
                lots.popleft()
            else:
                lots[0] = (lot - part, paid)
        if quantity:
            direction = sign
            lots.append((quantity, price))


result["decimalDeque"] = median(decimal_deque, min(rounds, 5))
result["realized"] = str(realized)
print(json.dumps(result))
