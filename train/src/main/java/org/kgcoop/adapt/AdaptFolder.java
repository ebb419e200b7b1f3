package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.DataSet;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.Folders;
import org.kgcoop.runs.AdaptRecord;
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
    Set<Path> folders = new LinkedHashSet<>();
    TrainingImages.items(data).stream()
        .filter(item -> item.file().getFileSystem().equals(out.getFileSystem()))
        .forEach(item -> folders.add(Folders.parent(item.file().toAbsolutePath())));
    for (Path folder : folders) {
      Path images = Folders.real(folder);
      if (images.startsWith(place) || place.startsWith(images)) {
        throw KgCoopException.configuration(
            "--out %s: the images of %s lie there, in %s; choose a folder outside of the data"
                .formatted(out, data.name(), folder));
      }
    }
  }

  /**
   * Checks that the measurements in the folder come from the same settings and images.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if they do not
   */
  void refuseOthers(Optional<AdaptRecord> before, JsonNode settings) {
    if (before.isEmpty()) {
      if (RunFolders.isRunFolder(out) || RunFolders.isTable(out)) {
        throw KgCoopException.configuration(
            out + ": holds another run or table; choose another --out");
      }
      return;
    }
    if (before.get().candidates().isEmpty()) {
      return; // the folder contains no measurements
    }
    List<String> changes = AdaptSettings.changes(before.get().settings(), settings);
    if (!changes.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: holds an adaptation with other settings (%s); give the same to resume, delete the"
                  .formatted(out, String.join("; ", changes))
              + " folder to start again, or choose another --out");
    }
  }

  /** Returns true if the adaptation is complete. */
  boolean isDone() {
    return RunFolders.isComplete(out) && !Files.exists(work);
  }

  void create() {
    try {
      Files.createDirectories(work);
    } catch (IOException e) {
      throw KgCoopException.io(
          out + ": cannot be made: " + FileErrors.reason(e) + "; try another --out", e);
    }
  }

  /** Deletes runs of an attempt that ended before its first measurement. */
  void deleteRuns() throws IOException {
    try (DirectoryStream<Path> runs = Files.newDirectoryStream(work, Files::isDirectory)) {
      for (Path run : runs) {
        FolderTree.delete(run);
      }
    }
  }

  /** Deletes an incomplete run of the final training, but no measurement and no classifier. */
  void deleteRun() {
    Set<Path> lasting =
        Set.of(
            out.resolve(AdaptRecord.FILE), out.resolve(AdaptRecord.WORK), ClassifierFile.in(out));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(out)) {
      for (Path file : files) {
        if (!lasting.contains(file)) {
          FolderTree.delete(file);
        }
      }
    } catch (IOException e) {
      throw KgCoopException.io(out + ": cannot be emptied: " + FileErrors.reason(e), e);
    }
  }

  void deleteWork() {
    try {
      if (Files.exists(work)) {
        FolderTree.delete(work);
      }
    } catch (DirectoryNotEmptyException e) {
      return; // another process has just created its lock file here, and waits for the lock
    } catch (IOException e) {
      throw KgCoopException.io(work + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }
}
