package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;
import org.kgcoop.label.LabelStatus;
import org.kgcoop.label.Labeling;

/** The state of a session as JSON. */
final class StateJson {
  private StateJson() {}

  /**
   * Returns the state of a session.
   *
   * @param writing what is being written, or empty
   */
  static ObjectNode of(Labeling labeling, String writing) {
    LabelStatus status = labeling.status();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
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
        .put("target", status.target())
        .put("can_stop", status.canStop())
        .put("agreement", status.agreement())
        .put("unreadable", labeling.unreadable().size())
        .put("writing", writing);
    json.putObject("audit").put("images", status.auditSize()).put("answered", status.audited());
    status.folder().ifPresent(share -> json.putPOJO("folder_accuracy", share));
    status.newImages().ifPresent(share -> json.putPOJO("new_images", share));
    ArrayNode classes = json.putArray("classes");
    for (LabelStatus.ClassCount each : status.classes()) {
      classes
          .addObject()
          .put("class", each.number())
          .put("name", each.name())
          .put("labeled", each.labeled())
          .put("proposed", each.proposed());
    }
    OptionalInt changed = labeling.lastChangedClass();
    if (changed.isPresent()) {
      json.putObject("undo").put("class", changed.getAsInt());
      return json;
    }
    labeling
        .lastStep()
        .ifPresent(
            step ->
                json.putObject("undo")
                    .put("step", step.number())
                    .put("kind", step.kind())
                    .put("images", step.labels().size()));
    return json;
  }
}
