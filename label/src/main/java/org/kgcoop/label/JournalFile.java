package org.kgcoop.label;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AppendedFile;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.LockedFile;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.LabelJournal;

/**
 * The journal of an open session. One process at a time can open the folder of a session.
 *
 * @param entries those from before the session was opened
 * @param key identifies the file, see {@link #key(Path)}
 */
record JournalFile(
    Path file, LockedFile lock, List<JournalEntry> entries, AppendedFile appended, String key)
    implements Journal {
  private static final String LOCK = ".lock";

  /**
   * Opens the journal of a session, or creates it.
   *
   * @throws KgCoopException if the session is open elsewhere, its journal is damaged, or it was
   *     made with another CLIP
   */
  static JournalFile open(Path session, String clip, Consumer<String> warnings) {
    Folders.create(session, "for the session", "choose another folder with --out");
    LockedFile lock = lock(session);
    try {
      Path file = session.resolve(LabelJournal.FILE);
      List<JournalEntry> entries =
          Files.exists(file) ? LabelJournal.entries(file, warnings) : List.of();
      checkStart(file, entries, clip);
      AppendedFile appended = open(file);
      return new JournalFile(file, lock, entries, appended, key(file));
    } catch (RuntimeException | Error e) {
      closeQuietly(lock);
      throw e;
    }
  }

  private static LockedFile lock(Path session) {
    try {
      return LockedFile.tryOpen(session.resolve(LOCK))
          .orElseThrow(
              () ->
                  KgCoopException.configuration(
                      session
                          + ": another process labels with this session; close it first, or choose"
                          + " another folder with --out"));
    } catch (IOException e) {
      throw KgCoopException.io(session + ": cannot be locked: " + FileErrors.reason(e), e);
    }
  }

  private static void checkStart(Path file, List<JournalEntry> entries, String clip) {
    if (entries.isEmpty()) {
      return;
    }
    if (!(entries.get(0) instanceof JournalEntry.Start start) || start.format() != FORMAT) {
      throw KgCoopException.data(
          file + ", line 1: expected the start of a session of format " + FORMAT);
    }
    if (!start.clip().equals(clip)) {
      throw KgCoopException.configuration(
          file.getParent()
              + ": this session was made with another CLIP; give the --clip of its first start (and"
              + " its --max-patches), or choose another --out");
    }
  }

  /** Opens the file. A last line that was cut is removed: the next one begins at its place. */
  private static AppendedFile open(Path file) {
    try {
      byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      if (end < bytes.length) {
        byte[] complete = Arrays.copyOf(bytes, end);
        AtomicFile.write(file, out -> out.write(complete));
      }
      return new AppendedFile(file);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be written: " + FileErrors.reason(e), e);
    }
  }

  @Override
  public String place() {
    return file.toString();
  }

  @Override
  public void append(List<? extends JournalEntry> added) {
    if (added.isEmpty()) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    added.forEach(entry -> lines.append(entry.line()).append('\n'));
    try {
      checkPlace(); // before, so that nothing of a refused answer is in a moved file
      appended.appendAndForce(lines.toString().getBytes(StandardCharsets.UTF_8));
      checkPlace();
    } catch (IOException e) {
      throw KgCoopException.io(
          file
              + ": the answer is not written: "
              + FileErrors.reason(e)
              + "; free some space and answer again",
          e);
    }
  }

  /** Checks that the open file is the one in the folder: it may have been deleted or moved. */
  private void checkPlace() {
    if (!key(file).equals(key)) {
      throw KgCoopException.io(
          file
              + ": the answer is not written: this file was deleted, moved or replaced; put it back,"
              + " or start label again",
          new NoSuchFileException(file.toString()));
    }
  }

  /** Returns what identifies a file; an empty text if there is none. */
  private static String key(Path file) {
    try {
      return "file " + Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    try {
      appended.close();
    } catch (IOException e) {
      throw KgCoopException.io(file + ": " + FileErrors.reason(e), e);
    } finally {
      closeQuietly(lock);
    }
  }

  private static void closeQuietly(LockedFile lock) {
    try {
      lock.close();
    } catch (IOException e) {
      return; // the end of the process releases it
    }
  }
}
