package org.kgcoop.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * A measured case.
 *
 * @param name with its settings
 * @param referenceMs the published algorithm; NaN where there is none
 * @param oursMs ours
 * @param gflops of ours, counting what ours computes
 * @param peak GFLOP/s of a matrix product in the same precision and run
 * @param peakRssBytes most resident memory of the process so far
 */
record Case(
    String name, double referenceMs, double oursMs, double gflops, double peak, long peakRssBytes) {

  double ratio() {
    return referenceMs / oursMs;
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("case", name)
        .put("reference_ms", referenceMs)
        .put("ours_ms", oursMs)
        .put("ratio", ratio())
        .put("gflops", gflops)
        .put("peak_share", gflops / peak)
        .put("peak_rss_bytes", peakRssBytes);
  }

  String toText() {
    return String.format(
        Locale.ROOT,
        "%s%n  reference %.1f ms, ours %.2f ms, ratio %.1f; %.0f GFLOP/s, %.0f %% of %.0f;"
            + " peak memory %.2f GiB",
        name,
        referenceMs,
        oursMs,
        ratio(),
        gflops,
        100 * gflops / peak,
        peak,
        peakRssBytes / 1073741824.0);
  }
}
