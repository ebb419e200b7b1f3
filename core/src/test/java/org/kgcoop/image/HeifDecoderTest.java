package org.kgcoop.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

/**
 * Tests with files of boxes that are made here and with programs that are scripts, and with the
 * programs of libheif where they are installed.
 */
@DisabledOnOs(OS.WINDOWS) // the programs are shell scripts
class HeifDecoderTest {
  private static final Path PNG = Path.of("src/test/resources/pictures/p33x17_8_0_0_gama.png");
  private static final Path JPEG = Path.of("src/test/resources/pictures/j61x97_s2_q75.jpg");
  private static final Duration LONG = Duration.ofMinutes(4);

  private final Images images = new Images(warning -> {});

  @TempDir private Path folder;
  private Path programs;

  @BeforeEach
  void createFolder() throws IOException {
    programs = Files.createDirectory(folder.resolve("programs"));
  }

  private static byte[] box(String type, byte[]... contents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int size = 8 + Arrays.stream(contents).mapToInt(each -> each.length).sum();
    out.writeBytes(ByteBuffer.allocate(4).putInt(size).array());
    out.writeBytes(type.getBytes(StandardCharsets.ISO_8859_1));
    for (byte[] each : contents) {
      out.writeBytes(each);
    }
    return out.toByteArray();
  }

  private static byte[] size(int width, int height) {
    return box("ispe", ByteBuffer.allocate(12).putInt(0).putInt(width).putInt(height).array());
  }

  /** Returns a file of the structure of HEIC, without an image that a program could decode. */
  private static byte[] heic(byte[]... sizes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(box("ftyp", "heic\0\0\0\0mif1".getBytes(StandardCharsets.ISO_8859_1)));
    out.writeBytes(box("meta", new byte[4], box("hdlr"), box("iprp", box("ipco", sizes))));
    out.writeBytes(box("mdat", new byte[100]));
    return out.toByteArray();
  }

  /** Creates a program, which a decoder then uses. */
  private List<String> program(String name, String... lines) throws IOException {
    Path program = programs.resolve(name);
    Files.writeString(program, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return HeifDecoder.command(programs.toString());
  }

  private static RgbImage decode(List<String> command, Duration limit, byte[] file)
      throws IOException {
    try (PixelLimit pixels = new PixelLimit(Images.DEFAULT_MAX_PIXELS)) {
      return new HeifDecoder(command, limit).decode(file, pixels);
    }
  }

  private static String copy() {
    return "cp '" + PNG.toAbsolutePath() + "' photo.png";
  }

  @Test
  void theContentIsTheFormatAndAVideoIsNot() {
    for (String brand : List.of("heic", "heix", "hevc", "mif1", "msf1", "avif", "avis")) {
      byte[] file = box("ftyp", brand.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(ImageFormat.of(file)).as(brand).isEqualTo(ImageFormat.HEIF);
      assertThatThrownBy(() -> images.withoutHeif().decode(file, "a.jpg"))
          .hasMessageStartingWith("a.jpg: this is a HEIF or AVIF image or a video")
          .hasMessageContaining("heif-convert");
    }
    byte[] video = box("ftyp", "isom".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(ImageFormat.of(video)).isEqualTo(ImageFormat.UNKNOWN);
    byte[] raw = box("ftyp", "crx ".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(ImageFormat.of(raw)).isEqualTo(ImageFormat.RAW);
  }

  @Test
  void theProgramIsInAnAbsoluteFolderOfThePath() throws IOException {
    assertThat(HeifDecoder.command("")).isEmpty();
    assertThat(HeifDecoder.command(programs.toString())).isEmpty();
    List<String> magick = program("magick", "exit 1");
    assertThat(magick).startsWith(programs.resolve("magick").toString(), "heic:photo.heic");
    List<String> older = program("heif-convert", "exit 1");
    assertThat(older)
        .containsExactly(programs.resolve("heif-convert").toString(), "photo.heic", "photo.png");
    List<String> found = program("heif-dec", "exit 1");
    assertThat(found.get(0)).isEqualTo(programs.resolve("heif-dec").toString());
    Files.createDirectories(folder.resolve("other/heif-dec"));
    String path =
        String.join(
            File.pathSeparator, "", "\0", folder.resolve("other").toString(), "" + programs);
    assertThat(HeifDecoder.command(path)).isEqualTo(found);
    Path relative = Path.of("").toAbsolutePath().relativize(programs.toRealPath());
    assertThat(relative.resolve("heif-dec")).exists();
    assertThat(HeifDecoder.command(relative.toString())).isEmpty();
  }

  @Test
  void withoutAProgramTheMessageNamesWhatToInstall() {
    assertThatThrownBy(() -> decode(List.of(), LONG, heic(size(33, 17))))
        .isInstanceOf(RefusedImageException.class)
        .hasMessageContainingAll("libheif-examples", "Homebrew", "ImageMagick", "JPEG");
  }

  @Test
  void theProgramConvertsACopyInAFolderOfItsOwn() throws IOException {
    Path seen = folder.resolve("seen");
    List<String> command =
        program(
            "heif-convert",
            "{ echo \"$*\"; pwd; stat -c %a .; cksum < photo.heic; } > '" + seen + "'",
            copy());
    byte[] file = heic(size(8, 4), size(33, 17));
    assertThat(decode(command, LONG, file)).isEqualTo(images.read(PNG));
    List<String> lines = Files.readAllLines(seen);
    assertThat(lines.get(0)).isEqualTo("photo.heic photo.png");
    assertThat(Path.of(lines.get(1))).doesNotExist();
    if (new File("/proc/self").exists()) { // stat of GNU
      assertThat(lines.get(2)).isEqualTo("700");
    }
    assertThat(lines.get(lines.size() - 1)).endsWith(" " + file.length);
  }

  @Test
  void severalThreadsDoNotDisturbEachOther() throws Exception {
    List<String> command = program("heif-dec", "cksum < photo.heic >&2", copy());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<RgbImage>> calls = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        byte[] file = heic(size(33, 17), new byte[i]);
        calls.add(() -> decode(command, LONG, file));
      }
      for (Future<RgbImage> each : threads.invokeAll(calls, 4, TimeUnit.MINUTES)) {
        assertThat(each.get()).isEqualTo(images.read(PNG));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void theProgramDoesNotStartForAnImageOfTooManyPixels() throws IOException {
    Path seen = folder.resolve("seen");
    List<String> command = program("heif-dec", "touch '" + seen + "'", copy());
    for (byte[] file :
        List.of(
            heic(size(10, 10), size(30_000, 30_000)),
            heic(size(-1, -1)), // 4,294,967,295
            heic(size(0, 5)),
            heic(),
            heic(box("free")),
            Arrays.copyOf(heic(size(33, 17)), 150), // in the image's data
            Arrays.copyOf(heic(size(33, 17)), 60))) {
      assertThatThrownBy(() -> decode(command, LONG, file)).isInstanceOf(IOException.class);
    }
    assertThat(seen).doesNotExist();
    assertThatThrownBy(() -> decode(command, LONG, heic(size(30_000, 30_000))))
        .hasMessageContaining("30000 x 30000 pixels, more than the limit of 64000000");
    byte[] whole = heic(size(33, 17));
    byte[] withTrailer = Arrays.copyOf(whole, whole.length + 20);
    Arrays.fill(withTrailer, whole.length, withTrailer.length, (byte) 'x');
    assertThat(decode(command, LONG, withTrailer)).isEqualTo(images.read(PNG));
  }

  @Test
  void whatAProgramDoesWrongIsOneLine() throws IOException {
    byte[] file = heic(size(33, 17));
    assertThatThrownBy(
            () ->
                decode(
                    program("heif-dec", "printf '\\n\\033no codec\\nmore' >&2; exit 1"),
                    LONG,
                    file))
        .isInstanceOf(RefusedImageException.class)
        .hasMessageContaining("heif-dec cannot decode it (?no codec)")
        .hasMessageNotContaining("more");
    assertThatThrownBy(() -> decode(program("heif-dec", "kill -SEGV $$"), LONG, file))
        .hasMessageContaining("heif-dec cannot decode it; get it again");
    assertThatThrownBy(() -> decode(program("heif-dec", "exit 0"), LONG, file))
        .hasMessageContaining("heif-dec cannot decode it;");
    assertThatThrownBy(() -> decode(program("heif-dec", "touch photo.png"), LONG, file))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> decode(program("heif-dec", "touch photo-1.png"), LONG, file))
        .hasMessageContaining("several images");
    assertThatThrownBy(
            () -> decode(program("heif-dec", "exec sleep 300"), Duration.ofMillis(50), file))
        .hasMessageContaining("did not decode it in");
    assertThatThrownBy(() -> decode(List.of(folder + "/none"), LONG, file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll("/none: cannot be started", "install it again");
  }

  @Test
  void anInterruptionEndsTheProgram() throws Exception {
    Path id = folder.resolve("id");
    List<String> command = program("heif-dec", "echo $$ > '" + id + "'; exec sleep 300");
    List<Throwable> thrown = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                decode(command, LONG, heic(size(33, 17)));
              } catch (Exception e) {
                thrown.add(e);
              }
            });
    thread.start();
    while (!Files.exists(id) || Files.readString(id).isBlank()) {
      assertThat(thread.isAlive()).isTrue();
      TimeUnit.MILLISECONDS.sleep(10);
    }
    thread.interrupt();
    thread.join(TimeUnit.MINUTES.toMillis(4));
    assertThat(thrown)
        .singleElement()
        .satisfies(
            e ->
                assertThat(((KgCoopException) e).category())
                    .isEqualTo(KgCoopException.Category.INTERRUPTED));
    Optional<ProcessHandle> sleep = ProcessHandle.of(Long.parseLong(Files.readString(id).strip()));
    if (sleep.isPresent()) {
      assertThat(sleep.get().onExit().get(4, TimeUnit.MINUTES)).isNotNull();
    }
  }

  @Test
  void damagedFilesAreErrorsOfOneLine() throws IOException {
    List<String> command = List.of(program("heif-dec", "exit 1").get(0));
    Random random = new Random(5);
    byte[] whole = heic(size(33, 17), size(8, 4));
    for (int round = 0; round < 300; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 3; i++) {
        damaged[random.nextInt(140)] = (byte) random.nextInt(round % 2 == 0 ? 256 : 3);
      }
      assertThatThrownBy(() -> decode(command, LONG, damaged))
          .isInstanceOf(IOException.class)
          .hasMessageNotContaining("\n");
    }
  }

  /** Returns the commands of the programs of this machine that read the files. */
  private List<List<String>> installed() throws IOException {
    List<List<String>> commands = new ArrayList<>();
    for (String name : List.of("heif-dec", "heif-convert", "magick")) {
      Optional<Path> program = found(name);
      if (program.isPresent()) {
        programs = Files.createDirectory(folder.resolve(name)); // with only this program
        commands.add(program(name, "exec '" + program.get() + "' \"$@\""));
      }
    }
    return commands;
  }

  private static Optional<Path> found(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .map(each -> Path.of(each, program))
        .filter(each -> each.isAbsolute() && Files.isExecutable(each))
        .findFirst();
  }

  /** Encodes an image, with heif-enc. */
  private byte[] encoded(Path image, String ending, String... options) throws Exception {
    Path out = folder.resolve("out." + ending);
    List<String> command = new ArrayList<>(List.of(found("heif-enc").orElseThrow().toString()));
    command.addAll(List.of(options));
    command.addAll(List.of(image.toString(), "-o", out.toString()));
    Path log = folder.resolve("heif-enc.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return Files.readAllBytes(out);
  }

  private static double meanDifference(RgbImage one, RgbImage other) {
    assertThat(one.width()).isEqualTo(other.width());
    assertThat(one.height()).isEqualTo(other.height());
    byte[] a = one.rgb();
    byte[] b = other.rgb();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 0xff) - (b[i] & 0xff));
    }
    return sum / a.length;
  }

  @Test
  void installedProgramsReadTheSamePixelsUpright() throws Exception {
    assumeTrue(found("heif-enc").isPresent(), "heif-enc is not installed");
    List<List<String>> commands = installed();
    assumeTrue(!commands.isEmpty(), "no program to read HEIC is installed");
    RgbImage original = images.read(JPEG);
    byte[] turned = withOrientation(Files.readAllBytes(JPEG), 6);
    Path photo = Files.write(folder.resolve("turned.jpg"), turned);
    for (String ending : List.of("heic", "avif")) {
      byte[] file = encoded(photo, ending, "-q", "95");
      assertThat(ImageFormat.of(file)).isEqualTo(ImageFormat.HEIF);
      RgbImage first = decode(commands.get(0), LONG, file);
      assertThat(meanDifference(first, original.upright(6))).isLessThan(8);
      for (List<String> command : commands) {
        assertThat(decode(command, LONG, file)).as("%s", command).isEqualTo(first);
      }
      if (HeifDecoder.isInstalled()) {
        assertThat(images.decode(file, "a.heic")).isEqualTo(first);
        assertThat(images.decodeUpright(file, "a.heic")).isEqualTo(first);
      }
    }
    byte[] grid = encoded(JPEG, "heic", "-q", "95", "--cut-tiles", "64");
    assertThat(meanDifference(decode(commands.get(0), LONG, grid), original)).isLessThan(8);
    byte[] cut = Arrays.copyOf(grid, grid.length - 100);
    assertThatThrownBy(() -> decode(commands.get(0), LONG, cut)).hasMessage("it is truncated");
  }

  /** Returns a JPEG file with an EXIF orientation. */
  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    ByteBuffer tiff = ByteBuffer.allocate(26).put("MM\0*".getBytes(StandardCharsets.ISO_8859_1));
    tiff.putInt(8).putShort((short) 1).putShort((short) 0x112).putShort((short) 3).putInt(1);
    tiff.putShort((short) orientation).putShort((short) 0).putInt(0);
    ByteBuffer out = ByteBuffer.allocate(jpeg.length + 36).put(jpeg, 0, 2);
    out.putShort((short) 0xffe1).putShort((short) 34);
    out.put("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1)).put(tiff.array());
    return out.put(jpeg, 2, jpeg.length - 2).array();
  }
}
