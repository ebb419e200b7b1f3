package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A line of the journal of a labeling session. Classes have numbers in the order in which they were
 * added. {@link #NONE} and {@link #SKIP} are answers, too.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "op")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JournalEntry.Start.class, name = "start"),
  @JsonSubTypes.Type(value = JournalEntry.Draw.class, name = "draw"),
  @JsonSubTypes.Type(value = JournalEntry.Read.class, name = "read"),
  @JsonSubTypes.Type(value = JournalEntry.ClassAdded.class, name = "class"),
  @JsonSubTypes.Type(value = JournalEntry.ClassRenamed.class, name = "rename"),
  @JsonSubTypes.Type(value = JournalEntry.ClassMerged.class, name = "merge"),
  @JsonSubTypes.Type(value = JournalEntry.Page.class, name = "page"),
  @JsonSubTypes.Type(value = JournalEntry.Undo.class, name = "undo"),
  @JsonSubTypes.Type(value = JournalEntry.ClassUndo.class, name = "undo-class"),
  @JsonSubTypes.Type(value = JournalEntry.Finish.class, name = "finish"),
})
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface JournalEntry {
  /** The answer that an image shows none of the classes. */
  int NONE = -1;

  /** The answer that the person has not decided. The image is asked again at the end. */
  int SKIP = -2;

  /**
   * The first line.
   *
   * @param clip the fingerprint of the CLIP, and the number of patches if it has one
   * @param images the number of images
   * @param list the SHA-256 of the sorted relative paths
   * @param page the images of a page
   * @param audit the images of the audit
   * @param target the share of right images at which the person can stop, in percent
   */
  record Start(
      int format,
      long seed,
      String clip,
      int images,
      String list,
      int page,
      int audit,
      double target)
      implements JournalEntry {
    public Start {
      clip = Objects.requireNonNullElse(clip, "");
      list = Objects.requireNonNullElse(list, "");
    }
  }

  /**
   * Images that were drawn at random for the audit.
   *
   * @param more true for images that were added later, which count only for the folder
   */
  record Draw(List<String> images, boolean more) implements JournalEntry {
    public Draw {
      images = images == null ? List.of() : List.copyOf(images);
    }
  }

  /**
   * Read images that take part in the choice from now on: the first ones of a random order.
   *
   * @param until the key of the last image in this order, see {@code label.ReadingOrder}
   * @param images the number of images
   */
  record Read(String until, int images) implements JournalEntry {
    public Read {
      until = Objects.requireNonNullElse(until, "");
    }
  }

  /** A new class. */
  record ClassAdded(@JsonProperty("class") int number, String name) implements JournalEntry {
    public ClassAdded {
      name = Objects.requireNonNullElse(name, "");
    }
  }

  /** A new name of a class. */
  record ClassRenamed(@JsonProperty("class") int number, String name) implements JournalEntry {
    public ClassRenamed {
      name = Objects.requireNonNullElse(name, "");
    }
  }

  /** A class whose images now belong to another one. */
  record ClassMerged(@JsonProperty("class") int number, int into) implements JournalEntry {}

  /**
   * The answers of a step.
   *
   * @param step the number of the step
   * @param number the proposed class of a page, otherwise null
   * @param labels the class of each image by its path, or {@link #NONE} or {@link #SKIP}
   * @param passed the audit images in front of the last shown image
   * @param seconds the time that the person took
   */
  record Page(
      int step,
      Kind kind,
      @JsonProperty("class") @Nullable Integer number,
      Map<String, Integer> labels,
      List<String> passed,
      @Nullable Double seconds)
      implements JournalEntry {
    public Page {
      kind = Objects.requireNonNullElse(kind, Kind.PAGE);
      labels = labels == null ? Map.of() : new LinkedHashMap<>(labels);
      passed = passed == null ? List.of() : List.copyOf(passed);
    }
  }

  /** The removal of the last step. */
  record Undo(int step) implements JournalEntry {}

  /** The removal of the last change of a class: of its addition, new name or merger. */
  record ClassUndo(@JsonProperty("class") int number) implements JournalEntry {}

  /** The end of the session. */
  record Finish() implements JournalEntry {}

  /** The mapper of the lines. */
  ObjectMapper JSON = new ObjectMapper();

  /** Returns the line of this entry, without a line end. */
  default String line() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
