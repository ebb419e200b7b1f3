package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Status;

/** The state of a session as JSON. */
final class StateJson {
  private static final int NAMED = 200; // unreadable images

  private StateJson() {}

  /**
   * Returns the state of a session for a person.
   *
   * @param writing what is being written, or empty
   */
  static ObjectNode of(Labeling labeling, String person, String writing) {
    Status status = labeling.status();
    Accuracy accuracy = labeling.accuracy();
    LabelSentences sentences = new LabelSentences(status, accuracy);
    boolean isMeasured = accuracy.state() != Accuracy.State.NOT_MEASURED;
    ObjectNode json = OpenSession.object();
    json.put("folder", String.valueOf(labeling.folder().getFileName()))
        .put("session", labeling.session().toString())
        .put("images", status.images())
        .put("read", status.read())
        .put("reading_problem", labeling.readingProblem())
        .put("labeled", status.labeled())
        .put("none", status.none())
        .put("none_proposed", status.noneProposed())
        .put("skipped", status.skipped())
        .put("steps", status.steps())
        .put("can_stop", status.canStop())
        .put("measured", isMeasured)
        .put("can_check", isMeasured && status.labeled() > 0 && status.read() >= status.images())
        .put("checked", accuracy.check().isPresent())
        .put("check_left", accuracy.checkLeft())
        .put("writing", writing)
        .put("undo", labeling.undoable(person).map(LabelSentences::of).orElse(""));
    json.putObject("audit").put("images", status.auditSize()).put("answered", status.audited());
    json.putObject("joined")
        .put("images", accuracy.joined().images())
        .put("audit", accuracy.joined().auditLeft());
    ObjectNode say = json.putObject("say");
    say.put("header", sentences.header())
        .put("detail", sentences.detail())
        .put("joined", sentences.joined())
        .put("target", sentences.target());
    sentences.end().forEach(say.putArray("end")::add);
    json.putObject("unreadable")
        .put("count", status.unreadable().size())
        .put("kinds", kinds(status.unreadable()))
        .putPOJO("names", status.unreadable().stream().limit(NAMED).map(Path::toString).toList());
    ArrayNode classes = json.putArray("classes");
    for (Status.ClassCount each : status.classes()) {
      classes
          .addObject()
          .put("class", each.number())
          .put("name", each.name())
          .put("labeled", each.labeled())
          .put("proposed", each.proposed());
    }
    return json;
  }

  /** Returns how many files there are of each kind, such as "3 .heic, 1 .jpg". */
  private static String kinds(List<Path> files) {
    Map<String, Integer> kinds = new TreeMap<>();
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      int dot = name.lastIndexOf('.');
      kinds.merge(
          dot < 0 ? "without an ending" : name.substring(dot).toLowerCase(Locale.ROOT),
          1,
          Integer::sum);
    }
    return kinds.entrySet().stream()
        .map(each -> each.getValue() + " " + each.getKey())
        .collect(Collectors.joining(", "));
  }
}
