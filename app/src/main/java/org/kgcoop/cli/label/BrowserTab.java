package org.kgcoop.cli.label;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A tab of the user's browser. Other users of a machine can read the arguments of processes, so the
 * address, which contains a token, is in a file that only the user can read.
 */
final class BrowserTab implements AutoCloseable {
  private static final String FILE = "open.html";

  private final String address;
  private boolean isOpen;
  private @Nullable Path file;

  /**
   * Prepares a tab.
   *
   * @param opens false to open no tab
   */
  BrowserTab(String address, boolean opens) {
    this.address = address;
    this.isOpen = !opens;
  }

  /**
   * Opens the tab at the first call, if this machine has a screen.
   *
   * @param folder a folder of the user, which the browser can read
   */
  synchronized void openOnce(Path folder) {
    if (isOpen || !Files.isDirectory(folder)) {
      return;
    }
    isOpen = true;
    List<String> command = new ArrayList<>(command());
    if (command.isEmpty()) {
      return;
    }
    Path page = folder.resolve(FILE);
    command.add(page.toAbsolutePath().toUri().toString());
    try {
      write(page);
      file = page;
      Process unused =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      close(); // the address is printed
    }
  }

  private void write(Path page) throws IOException {
    Files.deleteIfExists(page);
    boolean isPosix = page.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?> onlyOwner =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Files.createFile(page, isPosix ? new FileAttribute<?>[] {onlyOwner} : new FileAttribute<?>[0]);
    String html =
        "<!doctype html><meta charset=\"utf-8\"><title>kgcoop</title>"
            + "<meta http-equiv=\"refresh\" content=\"0;url=%s\"><a href=\"%s\">kgcoop label</a>\n"
                .formatted(address, address);
    Files.writeString(page, html, StandardCharsets.UTF_8, StandardOpenOption.WRITE);
  }

  private static List<String> command() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    if (system.contains("win")) {
      return List.of("rundll32", "url.dll,FileProtocolHandler");
    }
    if (system.contains("mac")) {
      return List.of("open");
    }
    boolean isSeen = System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
    return isSeen ? List.of("xdg-open") : List.of();
  }

  @Override
  public synchronized void close() {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        return; // the token in it is of no use any more
      }
    }
  }
}
