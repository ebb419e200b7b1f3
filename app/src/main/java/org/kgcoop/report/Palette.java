package org.kgcoop.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.kgcoop.report.chart.Drawing;

/**
 * The places of methods among the colors of a page: one a method, in every chart.
 *
 * @param methods the first has the first color, and so on
 */
record Palette(List<String> methods) {
  Palette {
    methods = List.copyOf(methods);
  }

  /** In the order of the tables' rows, then of all else that was measured. */
  static Palette of(ReportSources inputs) {
    Set<String> methods = new LinkedHashSet<>();
    for (Table table : inputs.tables()) {
      table.rows().forEach(row -> methods.add(Text.label(row)));
    }
    inputs.all().forEach(run -> methods.add(Text.label(run)));
    inputs.underWay().forEach(run -> methods.add(Text.label(run)));
    return new Palette(List.copyOf(methods));
  }

  /**
   * The methods of a chart by color, with "" where a color is left out. Where there are more
   * methods than colors, those that come late on the page take what the others leave.
   *
   * @param shown of which the first ones have a place
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
