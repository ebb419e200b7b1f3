package org.kgcoop.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * A measured case.
 *
 * @param name with its settings
 * @param referenceMs the published algorithm, or what else it is compared with; NaN for nothing
 * @param oursMs ours
 * @param gflops of ours, counting what ours computes; NaN where products are not the work
 * @param peak NaN likewise, else GFLOP/s of a matrix product in the same precision and run
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
        .put("reference_ms", Double.isNaN(referenceMs) ? null : referenceMs)
        .put("ours_ms", oursMs)
        .put("ratio", Double.isNaN(referenceMs) ? null : ratio())
        .put("gflops", Double.isNaN(gflops) ? null : gflops)
        .put("peak_share", Double.isNaN(peak) ? null : gflops / peak)
        .put("peak_rss_bytes", peakRssBytes);
  }

  String toText() {
    return String.format(
        Locale.ROOT,
        "%s%n  %sours %.2f ms;%s peak memory %.2f GiB",
        name,
        Double.isNaN(referenceMs)
            ? ""
            : String.format(Locale.ROOT, "reference %.1f ms, ratio %.1f, ", referenceMs, ratio()),
        oursMs,
        Double.isNaN(peak)
            ? ""
            : String.format(
                Locale.ROOT, " %.0f GFLOP/s, %.0f %% of %.0f;", gflops, 100 * gflops / peak, peak),
        peakRssBytes / 1073741824.0);
  }
}
