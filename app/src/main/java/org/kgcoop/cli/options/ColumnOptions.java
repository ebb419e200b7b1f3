package org.kgcoop.cli.options;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import picocli.CommandLine.Option;

/** The option that selects the columns of a table. */
public final class ColumnOptions {
  @Rare
  @Option(
      names = "--columns",
      paramLabel = "LIST",
      description =
          "Choose the columns, comma separated. Example: base,new,H,joint_h,ece,nll (default: the"
              + " usual columns of this table). If a name is unknown, the error lists all names.")
  private @Nullable String columns;

  /** Returns the selection of a command that does not have the option. */
  public static ColumnOptions of(String columns) {
    ColumnOptions options = new ColumnOptions();
    options.columns = columns;
    return options;
  }

  /**
   * Returns the names of the selected columns.
   *
   * @param available the names of all columns of the table
   * @param shown the names of the columns that are shown by default
   * @throws KgCoopException of the kind CONFIGURATION if a name is not available
   */
  public List<String> choose(List<String> available, List<String> shown) {
    String list = columns;
    if (list == null) {
      return shown;
    }
    return Parse.list("--columns", list).stream().map(name -> chosen(name, available)).toList();
  }

  private static String chosen(String name, List<String> available) {
    String message = "--columns %s: no such column; this table has %s";
    return available.stream()
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    message.formatted(name, String.join(", ", available))));
  }
}
