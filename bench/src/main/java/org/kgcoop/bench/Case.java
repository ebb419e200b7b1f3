package org.kgcoop.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.kgcoop.Messages;

/**
 * A measured case.
 *
 * @param name the name, with the settings
 * @param medians the time of the published algorithm or another reference, NaN without one; and
 *     that of kgcoop
 * @param gflops the GFLOP/s of kgcoop, only for the operations that it computes; NaN if matrix
 *     products do not dominate the work
 * @param peak the GFLOP/s of a matrix product with the same precision in the same run; NaN if
 *     {@code gflops} is NaN
 * @param peakRssBytes the largest resident memory of the process so far
 */
record Case(
    String name, Measurement.Medians medians, double gflops, double peak, long peakRssBytes) {

  double ratio() {
    return medians.reference() / medians.ours();
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("case", name)
        .put("reference_ms", Double.isNaN(medians.reference()) ? null : medians.reference())
        .put("ours_ms", medians.ours())
        .put("ratio", Double.isNaN(medians.reference()) ? null : ratio())
        .put("gflops", Double.isNaN(gflops) ? null : gflops)
        .put("peak_share", Double.isNaN(peak) ? null : gflops / peak)
        .put("peak_rss_bytes", peakRssBytes);
  }

  String toText() {
    return Messages.format(
        "%s%n  %sours %.2f ms;%s peak memory %.2f GiB",
        name,
        Double.isNaN(medians.reference())
            ? ""
            : Messages.format("reference %.1f ms, ratio %.1f, ", medians.reference(), ratio()),
        medians.ours(),
        Double.isNaN(peak)
            ? ""
            : Messages.format(" %.0f GFLOP/s, %.0f %% of %.0f;", gflops, 100 * gflops / peak, peak),
        peakRssBytes / 1073741824.0);
  }
}
