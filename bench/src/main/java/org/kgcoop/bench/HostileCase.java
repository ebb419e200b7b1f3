package org.kgcoop.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.kgcoop.api.Classification;
import org.kgcoop.bench.PlainConnection.Answer;
import org.kgcoop.bench.ServeLoad.Local;

/**
 * Sends requests of which one in ten is invalid in one of many ways. Compares the answers to valid
 * requests with those of this process. The server must reject each invalid request with a reason.
 */
final class HostileCase {
  private static final String AUTHORISED = "Authorization: Bearer " + ServedProcess.TOKEN + "\r\n";
  private static final int MEGABYTE = 1 << 20;
  private static final int FIRST = 1000;

  /** Rounding changes probabilities if a batch has another size. */
  private static final double TOLERANCE = 1e-3;

  private enum Attack {
    TRUNCATED,
    OVERSIZED,
    BOMB,
    WRONG_TYPE,
    SLOW,
    DROPPED,
    BAD_JSON,
    WRONG_TOKEN
  }

  private final Local local;
  private final int clients;
  private final int requests;
  private final List<Classification> expected;
  private final ConcurrentMap<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final LongAdder wrong = new LongAdder();

  HostileCase(Local local, int clients, int requests) {
    this.local = local;
    this.clients = clients;
    this.requests = requests;
    this.expected = local.files().stream().map(local.classifier()::classify).toList();
  }

  void run(List<String> options, ObjectNode result) throws IOException {
    Path token = Files.createTempFile("kgcoop-bench", ".token");
    List<String> all = new ArrayList<>(options);
    Files.writeString(token, ServedProcess.TOKEN);
    all.addAll(List.of("--token-file", token.toString(), "--max-megabytes", "4"));
    try (ServedProcess server = new ServedProcess(all)) {
      run(server.port(), 0, Math.min(FIRST, requests));
      ServedProcess.Memory first = server.memory();
      run(server.port(), FIRST, requests);
      ServedProcess.Memory last = server.memory();
      result.put("wrong", wrong.sum());
      counts.forEach((name, count) -> result.put(name, count.sum()));
      result.put("memory_after_" + FIRST, first.toString());
      result.put("memory_after_all", last.toString());
    } finally {
      Files.delete(token);
    }
  }

  private void run(int port, int from, int to) {
    ExecutorService patient = Executors.newCachedThreadPool(); // for attacks that take long
    try {
      List<Integer> unused =
          ServeLoad.together(
              clients,
              client -> {
                PlainConnection connection = new PlainConnection(port);
                for (int i = from + client; i < to; i += clients) {
                  if (!connection.isOpen()) {
                    connection.close();
                    connection = new PlainConnection(port);
                  }
                  if (i % 10 == 9) {
                    Attack attack = Attack.values()[i / 10 % Attack.values().length];
                    if (attack == Attack.SLOW || attack == Attack.DROPPED) {
                      patient.execute(() -> attack(port, attack));
                    } else {
                      check(attack, connection.ask(bad(attack)));
                    }
                  } else {
                    good(connection, i % local.files().size());
                  }
                }
                connection.close();
                return 0;
              });
      patient.shutdown();
      if (!patient.awaitTermination(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the server did not close a slow connection");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      patient.shutdown();
    }
  }

  private void count(String what) {
    counts.computeIfAbsent(what, key -> new LongAdder()).increment();
  }

  private void good(PlainConnection connection, int image) throws IOException {
    byte[] body = local.files().get(image);
    Answer answer = connection.ask(PlainConnection.post("/v1/classify", AUTHORISED, body));
    count("good_" + answer.status());
    JsonNode classes = new ObjectMapper().readTree(answer.body()).path("classes");
    boolean right = answer.status() == 200 && classes.size() == 5;
    for (int i = 0; right && i < classes.size(); i++) {
      Classification.Candidate candidate = expected.get(image).ranking().get(i);
      double probability = classes.get(i).path("probability").asDouble();
      right = Math.abs(probability - candidate.probability()) < TOLERANCE;
    }
    if (!right) {
      wrong.increment();
      count("good_answered_wrong_with_" + answer.status());
    }
  }

  private void check(Attack attack, Answer answer) throws IOException {
    String reason = new ObjectMapper().readTree(answer.body()).path("error").asText();
    count(attack + "_" + answer.status() + (reason.isEmpty() ? " without a reason" : ""));
    if (answer.status() < 400 || answer.status() > 499 || reason.isEmpty()) {
      wrong.increment();
    }
  }

  private byte[] bad(Attack attack) {
    byte[] image = local.files().get(0);
    return switch (attack) {
      case TRUNCATED -> post(Arrays.copyOf(image, image.length / 2));
      // Send only the header. The server must reject the request before more data arrive.
      case OVERSIZED ->
          PlainConnection.ascii(
              "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %s\r\n\r\n"
                  .formatted(AUTHORISED, 5 * MEGABYTE));
      case BOMB -> post(bomb());
      case WRONG_TYPE -> post("%PDF-1.7 not an image".getBytes(UTF_8));
      case BAD_JSON ->
          PlainConnection.post(
              "/v1/classify?top=x",
              AUTHORISED + "Content-Type: application/json\r\n",
              "{\"inputs\": [".getBytes(UTF_8));
      case WRONG_TOKEN ->
          PlainConnection.post("/v1/classify", "Authorization: Bearer a-wrong-token\r\n", image);
      case SLOW, DROPPED -> throw new IllegalArgumentException("not a single request");
    };
  }

  private static byte[] post(byte[] body) {
    return PlainConnection.post("/v1/classify", AUTHORISED, body);
  }

  /** Returns a PNG file whose header declares 60,000 x 60,000 pixels. */
  private static byte[] bomb() {
    ByteBuffer file = ByteBuffer.allocate(33);
    file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}).putInt(13);
    file.put("IHDR".getBytes(UTF_8)).putInt(60_000).putInt(60_000);
    file.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(file.array(), 12, 17);
    return file.putInt((int) crc.getValue()).array();
  }

  private void attack(int port, Attack attack) {
    byte[] whole = post(local.files().get(0));
    try (PlainConnection connection = new PlainConnection(port)) {
      connection.write(whole, 0, whole.length / 2);
      if (attack == Attack.DROPPED) {
        count(attack + "_sent");
        return;
      }
      for (int i = whole.length / 2; i < whole.length - 1 && !connection.hasAnswer(); i++) {
        connection.write(whole, i, 1);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
      check(attack, connection.answer());
    } catch (IOException e) {
      count(attack + "_closed");
    }
  }
}
