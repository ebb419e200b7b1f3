package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Json;

/**
 * The outcome of a run as a table keeps it.
 *
 * @param setting the settings that a sweep varied
 * @param run its folder below that of the table; empty if it has none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TableCell(
    String method,
    String title,
    String prompts,
    @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, Object> setting,
    Sample sample,
    String run,
    RunResults results) {

  /**
   * The training images.
   *
   * @param shots images per class; 0 for all, and if nothing was learned
   * @param seed null if it is not known
   */
  public record Sample(String dataSet, int shots, @Nullable Long seed) {}

  public TableCell {
    setting = Json.map(setting);
    Objects.requireNonNull(sample, "sample");
    Objects.requireNonNull(results, "results");
  }

  /** Returns this entry with other results. */
  public TableCell with(RunResults others) {
    return new TableCell(method, title, prompts, setting, sample, run, others);
  }
}
