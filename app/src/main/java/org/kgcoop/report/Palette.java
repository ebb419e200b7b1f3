package org.kgcoop.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.kgcoop.report.chart.Drawing;

/**
 * The colors of methods. A method has the same color in every chart of a page.
 *
 * @param methods the methods, in the order of their colors
 */
record Palette(List<String> methods) {
  Palette {
    methods = List.copyOf(methods);
  }

  /** Assigns colors first in the order of the tables' rows, then to all other measured methods. */
  static Palette of(ReportSources inputs) {
    Set<String> methods = new LinkedHashSet<>();
    for (ProtocolResults table : inputs.tables()) {
      table.rows().forEach(row -> methods.add(Formats.label(row)));
    }
    inputs.all().forEach(run -> methods.add(Formats.label(run)));
    return new Palette(List.copyOf(methods));
  }

  /**
   * Returns the methods of a chart by color, with "" for an unused color. If there are more methods
   * than colors, the last methods of the page use the colors that the chart does not need.
   *
   * @param shown the methods of the chart; only as many as there are colors get one
   */
  List<String> places(List<String> shown) {
    List<String> first = shown.subList(0, Math.min(Drawing.COLOURS, shown.size()));
    String[] places = new String[Drawing.COLOURS];
    List<String> late = new ArrayList<>();
    for (String method : first) {
      int place = methods.indexOf(method);
      if (place >= 0 && place < Drawing.COLOURS) {
        places[place] = method;
      } else {
        late.add(method);
      }
    }
    List<String> all = new ArrayList<>();
    for (String method : places) {
      all.add(method != null ? method : late.isEmpty() ? "" : late.remove(0));
    }
    while (!all.isEmpty() && all.get(all.size() - 1).isEmpty()) {
      all.remove(all.size() - 1);
    }
    return all;
  }
}
