package org.kgcoop.label;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Underscores;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.tensor.Scope;

/**
 * The features of class names. Rounding depends on the names that are encoded together, so they are
 * encoded in groups of fixed places. A new class changes only the last group, and a session that is
 * opened again has the same features.
 */
final class ClassTextFeatures implements SessionHead.ClassTexts {
  private static final int GROUP = 8;

  private final Clip clip;
  private final TemplateEnsemble template;
  private Map<List<String>, List<double[]>> known = Map.of(); // by the names of the group

  ClassTextFeatures(Clip clip, String template) {
    this.clip = clip;
    this.template = new TemplateEnsemble(List.of(template), Underscores.REPLACE);
  }

  @Override
  public double[][] of(List<String> names) {
    Map<List<String>, List<double[]>> used = new HashMap<>();
    List<double[]> rows = new ArrayList<>();
    for (int from = 0; from < names.size(); from += GROUP) {
      List<String> group = List.copyOf(names.subList(from, Math.min(from + GROUP, names.size())));
      List<double[]> before = known.get(group);
      List<double[]> encoded = before == null ? encoded(group) : before;
      used.put(group, encoded);
      rows.addAll(encoded);
    }
    known = used;
    return rows.toArray(double[][]::new);
  }

  @Override
  public void check(List<String> names) {
    for (String text : template.templates()) {
      PromptText unused = PromptText.handCrafted(clip, names, text, template.underscores());
    }
  }

  private List<double[]> encoded(List<String> names) {
    try (Scope scope = Scope.open("class names")) {
      return List.of(template.unit(clip, names).toDoubleRows());
    }
  }
}
