package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.Status;
import org.kgcoop.runs.JournalEntry;

/** A page of images as JSON. */
final class PageJson {
  private PageJson() {}

  /** Returns a page with the drafts of its answers. The caller locks the labeling. */
  static ObjectNode of(OpenSession session, Page page) {
    Status status = session.labeling().status();
    Map<String, Integer> numbers = new HashMap<>();
    status.classes().forEach(each -> numbers.put(each.name(), each.number()));
    numbers.put(Labeling.NONE, JournalEntry.NONE);
    numbers.put(Labeling.SKIP, JournalEntry.SKIP);
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("number", page.number())
            .put("kind", page.kind().id());
    if (page.proposed() != null) {
      json.put("class", numbers.get(page.proposed()));
    }
    // Skipped images come back when nothing else is left.
    json.put("rest", status.labeled() + status.skipped() >= status.images());
    ArrayNode images = json.putArray("images");
    for (int i = 0; i < page.images().size(); i++) {
      Path image = page.images().get(i);
      ObjectNode each =
          images.addObject().put("image", session.index(image)).put("name", relative(image));
      Integer draft = numbers.get(session.drafts().getOrDefault(image, "\n"));
      if (draft != null) {
        each.put("draft", draft);
      }
      if (!page.likely().isEmpty()) {
        ArrayNode likely = each.putArray("likely");
        page.likely().get(i).forEach(name -> likely.add(numbers.get(name)));
      }
    }
    return json;
  }

  private static String relative(Path image) {
    return image.toString().replace('\\', '/');
  }
}
