"""Writes reference cases of tags, computed by NumPy and SciPy in float64 from the formulas.

    python3 bench/src/test/scripts/tag_cases.py bench/src/test/resources/reference/tags 22 30
    python3 bench/src/test/scripts/tag_cases.py FOLDER SEED...
"""

import json
import math
import pathlib
import sys

import numpy as np
from scipy.special import betaincinv


def limit(right, trials, tail):
    return 0.0 if right <= 1e-9 else float(betaincinv(right, max(trials - right, 0) + 1, tail))


def effective(groups):
    sizes = np.unique(groups, return_counts=True)[1].astype(float)
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if len(sizes) else 0.0


def midway(ranked, m):
    return float(ranked[m - 1] if m == len(ranked) else (ranked[m - 1] + ranked[m]) / 2)


def largest_f1(scores, has):
    order = np.argsort(-scores, kind="stable")
    ranked, right, positives = scores[order], np.cumsum(has[order]), has.sum()
    f1 = [
        (2 * right[m - 1] / (m + positives), -m)
        for m in range(1, len(ranked) + 1)
        if m == len(ranked) or ranked[m - 1] != ranked[m]
    ]
    m = -max(f1)[1]
    return midway(ranked, m), m


def measure(scores, has, groups, folds, wish):
    n, positives, of_positives = len(has), int(has.sum()), effective(groups[has])
    result = {"positives": positives, "effective_positives": of_positives, "by": "not-measured"}
    few = min(positives, of_positives, n - positives) < 5
    if few or len(np.unique(groups)) < 10:
        return result
    result["threshold"], result["images"] = largest_f1(scores, has)
    given = np.zeros(n, bool)
    for fold in np.unique(folds):
        others = folds != fold
        if others.any():
            given |= ~others & (scores >= largest_f1(scores[others], has[others])[0])
    m, x, e = int(given.sum()), int((given & has).sum()), effective(groups[given])
    precision = limit(x / max(1, m) * e, e, 0.025)
    recall = limit(x / positives * of_positives, of_positives, 0.025)
    result.update(fold_images=m, fold_right=x, effective_images=e)
    result.update(promise=math.floor(100 * precision + 1e-9), finds=math.floor(100 * recall + 1e-9))
    result["by"] = "folds" if precision >= wish else "below"
    if precision < wish:
        order = np.argsort(-scores, kind="stable")
        candidates, m = [], math.ceil(math.log(0.05) / math.log(wish))
        while m <= min(n, 3 * positives):
            candidates.append(m)
            m = math.ceil(m * 1.41)
        for m in candidates:
            first = order[:m]
            if m < n and scores[order[m - 1]] == scores[order[m]]:
                continue
            e = effective(groups[first])
            if limit(has[first].mean() * e, e, 0.05 / len(candidates)) >= wish:
                result.update(by="strict", strict_images=m)
                result["strict_threshold"] = midway(scores[order], m)
    return result


def case(seed):
    random = np.random.default_rng(seed)
    n, width, count = int(random.integers(60, 110)), int(random.integers(3, 7)), 4
    if seed >= 1000:  # larger ones, in particular more than the images of the distance
        n = int(random.integers(30, 900))
    unit = lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True)
    largest = int(random.integers(1, 5)) if random.random() < 0.6 else 1
    groups = np.repeat(np.arange(n), random.integers(1, largest + 1, n))[:n]
    x = unit(random.normal(size=(n, width))[groups] + 0.3 * random.normal(size=(n, width)))
    t = unit(random.normal(size=(count, width)))
    noise = 0.4 * random.random(count) * random.normal(size=(n, count))
    share = [0.5, 0.35, 0.8, 0.06] if seed < 1000 else random.choice([1, 0.97, 0.7, 0.4, 0.1, 0.02], 4)
    signal = x @ t.T + noise
    y = signal >= np.array([np.quantile(signal[:, k], 1 - share[k]) for k in range(count)])
    wish = int(random.choice([50, 60, 70, 80] if seed < 1000 else [1, 5, 50, 60, 80, 95, 99]))
    folds = random.permutation(groups[-1] + 1)[groups] % (10 if random.random() < 0.8 else 7)
    queries = unit(random.normal(size=(3, width)))

    cosines = x[:500] @ x[:500].T
    d = max(0.01, float(np.median(1 - cosines[np.triu_indices(len(cosines), 1)])))
    kernel = lambda a: np.exp(-0.6 / d * (1 - a @ x.T))
    mean, deviation = (x @ t.T).mean(0), (x @ t.T).std(0)
    z, p = (x @ t.T - mean) / deviation, y.mean(0)
    products, squares = z * (y - p), z * z
    slope = np.maximum(0, products.sum(0) / (squares.sum(0) + 10))
    residual = y - p - slope * z
    solved = lambda a, b: np.linalg.solve(kernel(x)[np.ix_(a, a)] + 0.1 * np.eye(len(a)), b)
    scores = p + slope * (queries @ t.T - mean) / deviation
    scores = scores + kernel(queries) @ solved(np.arange(n), residual)
    own = (products.sum(0) - products) / (squares.sum(0) + 10 - squares)
    left_out = (y.sum(0) - y) / (n - 1) + np.maximum(0, own) * z
    for group in np.unique(groups):  # fitted again without it
        others = np.flatnonzero(groups != group)
        weights = solved(others, residual[others])
        left_out[groups == group] += kernel(x[groups == group])[:, others] @ weights

    results = [measure(left_out[:, k], y[:, k], groups, folds, wish / 100) for k in range(count)]
    return {
        "id": f"tags {seed}", "kind": "tags", "tolerance": {"relative": 1e-6}, "wish": wish,
        "features": x.tolist(), "text_features": t.tolist(), "tags": y.astype(int).tolist(),
        "groups": groups.tolist(), "folds": folds.tolist(), "queries": queries.tolist(),
        "expect": {
            "distance": d, "scores": scores.tolist(), "left_out": left_out.tolist(),
            "results": results,
        },
    }


def main(folder, *seeds):
    cases = [case(int(seed)) for seed in seeds]
    text = ",\n".join(json.dumps(each) for each in cases)
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    pathlib.Path(folder, "cases.json").write_text(f'{{"format": 1, "cases": [\n{text}\n]}}\n')
    for each in cases:
        print(each["id"], len(each["tags"]), each["wish"], [r["by"] for r in each["expect"]["results"]])


if __name__ == "__main__":
    main(*sys.argv[1:])
