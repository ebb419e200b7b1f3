package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Main;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.serve.TinyPrompt;

/** A server in a process of its own, which is told by a signal to read its files again. */
@Tag("system")
class ServeReloadTest {
  private static final byte[] PICTURE = // PNG of one black pixel
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5E"
                  + "rkJggg==");

  @TempDir Path folder;

  private Process start(Path clip, Path prompt) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@../jvm.options",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "serve",
            "pets=" + prompt,
            "--clip",
            clip.toString(),
            "--request-log",
            clip.resolveSibling("requests.jsonl").toString(),
            "--port",
            "0")
        .redirectErrorStream(true)
        .start();
  }

  private static String line(BufferedReader output) throws IOException {
    return Objects.requireNonNull(output.readLine());
  }

  private static String classes(String address) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "/v1/classify"))
            .POST(BodyPublishers.ofByteArray(PICTURE))
            .build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    return answer.substring(answer.indexOf("\"classes\""));
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    String pid = String.valueOf(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no such signal
  void aNewFileIsServedAndADamagedOneIsNot() throws IOException, InterruptedException {
    Path clipFolder = folder.resolve("clip");
    RandomClip.write(clipFolder, RandomClip.TINY, 1);
    Path prompt = folder.resolve("classifier.safetensors");
    Path other = folder.resolve("other.safetensors");
    try (Clip clip = Clip.load(clipFolder)) {
      TinyPrompt.of(clip, 1).write(prompt);
      TinyPrompt.of(clip, 2).write(other);
    }
    Process process = start(clipFolder, prompt);
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String started = line(output);
      assertThat(started).startsWith("serving pets on http://");
      String address = started.replaceFirst(".* on (http://[^/]+)/.*", "$1");
      String first = classes(address);

      byte[] second = Files.readAllBytes(other);
      Files.write(prompt, second);
      signal(process, "HUP");
      assertThat(line(output)).isEqualTo("read again: pets");
      String now = classes(address);
      assertThat(now).isNotEqualTo(first);

      second[second.length - 1] ^= 1;
      Files.write(prompt, second);
      signal(process, "HUP");
      assertThat(line(output))
          .startsWith("kgcoop: nothing is read again, and the models stay as they are: ")
          .contains("damaged classifier file");
      assertThat(classes(address)).isEqualTo(now);

      signal(process, "TERM");
      assertThat(line(output)).isEqualTo("answering what was accepted");
      assertThat(process.waitFor()).isEqualTo(143);
    } finally {
      process.destroyForcibly();
    }
  }
}
