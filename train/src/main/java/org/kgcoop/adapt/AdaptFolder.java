package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Settings;
import org.kgcoop.runs.RunFolders;

/**
 * Folder of an adaptation: the run folder of the chosen method, with {@code adapt.json} next to its
 * files. The measurements are kept in {@code .adapt} until the end.
 *
 * @param out the folder
 * @param work the folder in it that is deleted at the end
 */
record AdaptFolder(Path out, Path work) {
  AdaptFolder(Path out) {
    this(out, out.resolve(AdaptRecord.WORK));
  }

  /**
   * Checks that the folder is outside the data.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if it is not
   */
  void refuseDataOf(DataSet data) {
    if (out.toString().isEmpty()) {
      throw KgCoopException.configuration("--out: expected a folder, got an empty text");
    }
    Path place = Folders.real(out);
    data.items()
        .map(Item::file)
        .filter(file -> file.getFileSystem().equals(out.getFileSystem()))
        .map(Folders::parent)
        .distinct()
        .filter(folder -> overlap(Folders.real(folder), place))
        .findFirst()
        .ifPresent(
            folder -> {
              throw KgCoopException.configuration(
                  "--out %s: the images of %s lie there, in %s; choose a folder outside of the data"
                      .formatted(out, data.name(), folder));
            });
  }

  private static boolean overlap(Path one, Path other) {
    return one.startsWith(other) || other.startsWith(one);
  }

  /**
   * Checks that the measurements in the folder come from the same settings and images.
   *
   * @param before the record in the folder, or null if there is none
   * @throws KgCoopException of the kind CONFIGURATION, if they do not
   */
  void refuseOthers(@Nullable AdaptRecord before, Settings settings) {
    if (before == null && (RunFolders.isRunFolder(out) || RunFolders.isTable(out))) {
      throw KgCoopException.configuration(
          out + ": holds another run or table; choose another --out");
    }
    if (RunFolders.hasTags(out)) {
      throw KgCoopException.configuration(out + ": holds tags; choose another --out");
    }
    List<String> changes =
        before == null || before.candidates().isEmpty() // there are no measurements
            ? List.of()
            : changes(before.settings(), settings);
    if (!changes.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: holds an adaptation with other settings (%s); give the same to resume, delete the"
                  .formatted(out, String.join("; ", changes))
              + " folder to start again, or choose another --out");
    }
  }

  /**
   * Checks that the folder has no results of classes, before tags are written into it.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if it has
   */
  void refuseClasses() {
    if (RunFolders.isRunFolder(out)
        || RunFolders.isTable(out)
        || Files.exists(out.resolve(AdaptRecord.FILE))) {
      throw KgCoopException.configuration(out + ": holds another run; choose another --out");
    }
  }

  /** Returns true if the adaptation is complete. */
  boolean isDone() {
    return RunFolders.isComplete(out) && !Files.exists(work);
  }

  void create() {
    RunFolders.create(out);
    RunFolders.create(work);
  }

  /** Deletes runs of an attempt that ended before its first measurement. */
  void deleteRuns() {
    Folders.folders(work).forEach(Folders::remove);
  }

  /** Deletes an incomplete run of the final training, but no measurement and no classifier. */
  void deleteRun() {
    Set<Path> lasting =
        Set.of(
            out.resolve(AdaptRecord.FILE), out.resolve(AdaptRecord.WORK), ClassifierFile.in(out));
    try (Stream<Path> files = Files.list(out)) {
      files.filter(file -> !lasting.contains(file)).toList().forEach(Folders::remove);
    } catch (IOException e) {
      throw KgCoopException.io(out + ": cannot be emptied: " + FileErrors.reason(e), e);
    }
  }

  void deleteWork() {
    try {
      Folders.delete(work);
    } catch (DirectoryNotEmptyException e) {
      return; // another process has just created its lock file here, and waits for the lock
    } catch (IOException e) {
      throw KgCoopException.io(work + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }

  /** Describes the settings that changed. */
  private static List<String> changes(Settings before, Settings now) {
    List<String> changes = new ArrayList<>();
    JsonNode old = Json.tree(before);
    Json.tree(now)
        .properties()
        .forEach(
            each -> {
              String key = each.getKey();
              JsonNode then = old.path(key);
              if (!then.equals(each.getValue()) && !key.equals("images")) {
                changes.add(
                    key.equals("fingerprint")
                        ? imageChanges(before.images(), now.images())
                        : "%s: %s before, %s now"
                            .formatted(key, words(then), words(each.getValue())));
              }
            });
    return changes;
  }

  private static String words(JsonNode value) {
    return value.isMissingNode() ? "none" : value.isTextual() ? value.asText() : value.toString();
  }

  private static String imageChanges(Map<String, Integer> before, Map<String, Integer> now) {
    Set<String> names = new LinkedHashSet<>(before.keySet());
    names.addAll(now.keySet());
    List<String> changes = new ArrayList<>();
    for (String name : names) {
      int then = before.getOrDefault(name, 0);
      int there = now.getOrDefault(name, 0);
      if (then != there) {
        changes.add("%s: %s images before, %s now".formatted(name, then, there));
      }
    }
    return changes.isEmpty() ? "images were exchanged or moved" : Messages.firstOf(changes);
  }
}
