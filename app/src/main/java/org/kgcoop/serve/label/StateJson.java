package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Status;
import org.kgcoop.label.UndoOffer;

/** The state of a session as JSON. */
final class StateJson {
  private StateJson() {}

  /**
   * Returns the state of a session.
   *
   * @param person whose undo is offered
   * @param writing what is being written, or empty
   */
  static ObjectNode of(Labeling labeling, String person, String writing) {
    Status status = labeling.status();
    Accuracy accuracy = labeling.accuracy();
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
        .put("unreadable", status.unreadable().size())
        .put("writing", writing);
    json.putObject("audit").put("images", status.auditSize()).put("answered", status.audited());
    accuracy.folder().ifPresent(share -> json.putPOJO("folder_accuracy", share));
    accuracy.newImages().ifPresent(share -> json.putPOJO("new_images", share));
    ArrayNode classes = json.putArray("classes");
    for (Status.ClassCount each : status.classes()) {
      classes
          .addObject()
          .put("class", each.number())
          .put("name", each.name())
          .put("labeled", each.labeled())
          .put("proposed", each.proposed());
    }
    labeling
        .undoable(person)
        .ifPresent(
            offer -> {
              ObjectNode undo = json.putObject("undo");
              if (offer instanceof UndoOffer.Answers answers) {
                undo.put("kind", answers.kind().id()).put("images", answers.images());
              } else if (offer instanceof UndoOffer.ClassChange change) {
                undo.put("name", change.name());
              }
            });
    return json;
  }
}
