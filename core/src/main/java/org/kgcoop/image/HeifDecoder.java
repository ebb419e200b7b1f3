package org.kgcoop.image;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.ScratchFolder;

/**
 * A decoder of HEIC and AVIF files, with a program that the user installed: a decoder of HEVC in
 * this process would be large, and damaged files could end the process. The program converts a copy
 * of the file to PNG in a temporary folder that only its owner can read.
 *
 * <p>The programs rotate the image as the file says ({@code irot}, {@code imir}), so its EXIF
 * orientation is not applied again. Pixels depend a little on the version of the program.
 */
final class HeifDecoder {

  /** What to install, for messages. */
  static final String INSTALL =
      "install heif-dec (in the package libheif-examples of Debian and Ubuntu, or libheif of"
          + " Homebrew) or ImageMagick 7";

  private static final String INPUT = "photo.heic";
  private static final String OUTPUT = "photo.png";

  /**
   * The commands, the best one first. They run in the temporary folder with fixed names of files,
   * so a name can never be an option or a pattern. All use libheif. heif-convert is its older name.
   */
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("heif-dec", "--png-compression-level", "1", INPUT, OUTPUT),
          List.of("heif-convert", INPUT, OUTPUT),
          List.of("magick", "heic:" + INPUT, "-quality", "10", "-depth", "8", "PNG24:" + OUTPUT));

  /** The boxes around the size of an image, from outside to inside. */
  private static final List<String> BOXES = List.of("meta", "iprp", "ipco", "ispe");

  /** The bytes of the PNG file take about as much of the heap as its pixels. */
  private static final int WITH_PNG = 2;

  /** If less is left in the temporary folder, it is full. */
  private static final long MIN_FREE_BYTES = 1 << 20;

  /** More than 64 million pixels of four samples of 16 bits take. */
  private static final long MAX_PNG_BYTES = 520L << 20;

  private static final int MAX_SAID = 200;

  private static final int VERSION_AND_FLAGS = 4;
  private static final int MIN_BOX = 8;
  private static final int TO_THE_END = 0;
  private static final int LONG_SIZE = 1;

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  /** The decoder with the program of this machine. One of 12 megapixels takes it two seconds. */
  static final HeifDecoder INSTALLED =
      new HeifDecoder(
          command(Objects.requireNonNullElse(System.getenv("PATH"), "")), Duration.ofMinutes(2));

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "HEIF decoders"));
  }

  private final List<String> command;
  private final Duration limit;

  /**
   * Creates a decoder.
   *
   * @param command the command, or an empty list if no program is installed
   * @param limit the time after which the program is ended
   */
  HeifDecoder(List<String> command, Duration limit) {
    this.command = command;
    this.limit = limit;
  }

  /** Returns true if this machine has a program to read the files. */
  static boolean isInstalled() {
    return !INSTALLED.command.isEmpty();
  }

  /**
   * Returns the first command whose program is in a folder, or an empty list.
   *
   * @param path absolute folders, as in the environment variable PATH; others are left out, because
   *     a program next to the photos is not one that the user installed
   */
  static List<String> command(String path) {
    for (List<String> each : COMMANDS) {
      for (String folder : path.split(File.pathSeparator, -1)) {
        for (String ending : List.of("", ".exe")) {
          try {
            Path program = Path.of(folder, each.get(0) + ending);
            if (program.isAbsolute()
                && Files.isExecutable(program)
                && !Files.isDirectory(program)) {
              List<String> command = new ArrayList<>(each);
              command.set(0, program.toString());
              return command;
            }
          } catch (InvalidPathException e) {
            // PATH may contain anything
          }
        }
      }
    }
    return List.of();
  }

  /**
   * Decodes the main image of a file.
   *
   * @throws IOException if the file is damaged, too large or of a kind that the program does not
   *     know
   */
  RgbImage decode(byte[] file, PixelLimit pixels) throws IOException {
    if (command.isEmpty()) {
      throw new RefusedImageException(
          "kgcoop finds no program to read it; " + INSTALL + ", or convert it to JPEG");
    }
    pixels.reserve(WITH_PNG * largest(ByteReader.bigEndian(file), pixels));
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (ScratchFolder scratch = scratch(temporary)) {
      try {
        return converted(folderWith(file, scratch, temporary), pixels);
      } catch (IOException e) {
        if (temporary.toFile().getUsableSpace() < MIN_FREE_BYTES) {
          throw unusable(temporary, new IOException("No space left on device", e));
        }
        throw e;
      }
    }
  }

  private static ScratchFolder scratch(Path temporary) {
    try {
      return ScratchFolder.in(temporary, "kgcoop-");
    } catch (IOException e) {
      throw unusable(temporary, e);
    }
  }

  /** Writes the file into a folder that only its owner can read. */
  private static Path folderWith(byte[] file, ScratchFolder scratch, Path temporary) {
    try {
      Path folder = Files.createTempDirectory(scratch.path(), "");
      Files.write(folder.resolve(INPUT), file);
      return folder;
    } catch (IOException e) {
      throw unusable(temporary, e);
    }
  }

  private static KgCoopException unusable(Path temporary, IOException cause) {
    return KgCoopException.io(
        ("%s: cannot write the temporary files of HEIC images: %s; free some space, or set"
                + " another folder in the environment: JDK_JAVA_OPTIONS=-Djava.io.tmpdir=FOLDER")
            .formatted(temporary, FileErrors.reason(cause)),
        cause);
  }

  private RgbImage converted(Path folder, PixelLimit pixels) throws IOException {
    Path said = folder.resolve("said.txt");
    boolean isDone = run(folder, said);
    Path output = folder.resolve(OUTPUT);
    if (isDone && Files.exists(output)) {
      if (Files.size(output) > MAX_PNG_BYTES) {
        throw new RefusedImageException("it takes too much memory; scale it down");
      }
      return PngDecoder.decode(Files.readAllBytes(output), pixels, () -> {});
    }
    if (isDone && hasSeveral(folder)) {
      throw new RefusedImageException(
          "it contains several images; expected one, so save the one that you need as JPEG");
    }
    throw new RefusedImageException(
        "%s cannot decode it%s; get it again, convert it to JPEG or leave it out"
            .formatted(Path.of(command.get(0)).getFileName(), reason(said)));
  }

  /** Returns true if the program ended without an error. */
  private boolean run(Path folder, Path said) throws IOException {
    Process process = start(folder, said);
    RUNNING.add(process);
    try {
      process.getOutputStream().close();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new RefusedImageException(
            "%s did not decode it in %s seconds; convert it to JPEG or leave it out"
                .formatted(Path.of(command.get(0)).getFileName(), limit.toSeconds()));
      }
      return process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KgCoopException(
          KgCoopException.Category.INTERRUPTED, "interrupted while a HEIC image was decoded", e);
    } finally {
      process.destroyForcibly();
      RUNNING.remove(process);
    }
  }

  private Process start(Path folder, Path said) {
    try {
      return new ProcessBuilder(command)
          .directory(folder.toFile())
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(said.toFile())
          .start();
    } catch (IOException e) {
      throw KgCoopException.io(
          "%s: cannot be started, to decode HEIC images: %s; install it again"
              .formatted(command.get(0), FileErrors.reason(e)),
          e);
    }
  }

  /** The programs write several images as photo-1.png, photo-2.png and so on. */
  private static boolean hasSeveral(Path folder) throws IOException {
    try (DirectoryStream<Path> images = Files.newDirectoryStream(folder, "photo-*.png")) {
      return images.iterator().hasNext();
    }
  }

  /** Returns the first line of the program's errors. */
  private static String reason(Path said) throws IOException {
    try (InputStream stream = Files.newInputStream(said)) {
      String text = new String(stream.readNBytes(MAX_SAID), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.isBlank())
          .findFirst()
          .map(line -> " (" + Messages.line(line.strip()) + ")")
          .orElse("");
    }
  }

  /**
   * Returns the number of pixels of the largest image in a file, such as the main image and not its
   * thumbnail. The program therefore never starts for an image of too many pixels.
   */
  private static long largest(ByteReader file, PixelLimit pixels) throws IOException {
    long largest = largest(file, 0, file.length(), 0, pixels);
    if (largest == 0) {
      throw new IOException("it is damaged, or contains only a video: no image has a size");
    }
    return largest;
  }

  private static long largest(ByteReader file, long from, long end, int depth, PixelLimit pixels)
      throws IOException {
    long largest = 0;
    long size;
    for (long at = from; at + MIN_BOX <= end; at += size) {
      size = file.u32(at);
      int header = size == LONG_SIZE ? 16 : 8;
      if (size == LONG_SIZE) {
        size = file.u32(at + 8) << 32 | file.u32(at + 12);
      } else if (size == TO_THE_END) {
        size = end - at;
      }
      if (size < header || size > end - at) {
        if (depth == 0 && largest > 0 && !file.startsWith("mdat", at + 4)) {
          return largest; // some phones append data that are no boxes
        }
        throw new EOFException("it is truncated");
      }
      if (file.startsWith(BOXES.get(depth), at + 4)) {
        long content = at + header + (depth == 0 ? VERSION_AND_FLAGS : 0);
        if (depth < BOXES.size() - 1) {
          largest = Math.max(largest, largest(file, content, at + size, depth + 1, pixels));
        } else {
          long width = file.u32(content + VERSION_AND_FLAGS);
          long height = file.u32(content + VERSION_AND_FLAGS + 4);
          pixels.check(width, height);
          largest = Math.max(largest, width * height);
        }
      }
    }
    return largest;
  }
}
