package org.kgcoop.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A client that follows only the specification of the Open Inference Protocol v2. It uses no
 * classes of the server, and converts numbers to and from bytes by itself.
 */
public final class InferenceClient {
  private static final String JSON_LENGTH = "Inference-Header-Content-Length";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ApiDescription DESCRIPTION = ApiDescription.read();

  private final String address;

  public InferenceClient(int port) {
    address = "http://127.0.0.1:" + port;
  }

  /** A response. */
  public static final class Answer {
    private final int status;
    private final int jsonLength;
    private final byte[] body;

    Answer(int status, int jsonLength, byte[] body) {
      this.status = status;
      this.jsonLength = jsonLength;
      this.body = body;
    }

    public int status() {
      return status;
    }

    /** Returns the value of the header, or -1 if it is missing. */
    public int jsonLength() {
      return jsonLength;
    }

    public byte[] body() {
      return body;
    }

    public JsonNode json() {
      try {
        return new ObjectMapper().readTree(body, 0, jsonLength < 0 ? body.length : jsonLength);
      } catch (IOException e) {
        throw new IllegalStateException(new String(body, StandardCharsets.UTF_8), e);
      }
    }

    public String error() {
      return json().path("error").asText();
    }

    public JsonNode output(String name) {
      for (JsonNode output : json().path("outputs")) {
        if (output.path("name").asText().equals(name)) {
          return output;
        }
      }
      throw new IllegalStateException("no output " + name + " in " + json());
    }

    /**
     * Returns the bytes of an output. They follow the JSON object and the bytes of earlier outputs.
     */
    private byte[] binary(String name) {
      int from = jsonLength;
      for (JsonNode output : json().path("outputs")) {
        int size = output.path("parameters").path("binary_data_size").asInt();
        if (output.path("name").asText().equals(name)) {
          return Arrays.copyOfRange(body, from, from + size);
        }
        from += size;
      }
      throw new IllegalStateException("no output " + name + " in " + json());
    }

    public float[] numbers(String name) {
      JsonNode data = output(name).path("data");
      if (data.isArray()) {
        float[] numbers = new float[data.size()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = data.get(i).floatValue();
        }
        return numbers;
      }
      byte[] bytes = binary(name);
      float[] numbers = new float[bytes.length / 4];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Float.intBitsToFloat(whole(bytes, 4 * i));
      }
      return numbers;
    }

    public List<String> texts(String name) {
      List<String> texts = new ArrayList<>();
      JsonNode data = output(name).path("data");
      if (data.isArray()) {
        data.forEach(text -> texts.add(text.asText()));
        return texts;
      }
      byte[] bytes = binary(name);
      for (int at = 0; at < bytes.length; ) {
        int length = whole(bytes, at);
        texts.add(new String(bytes, at + 4, length, StandardCharsets.UTF_8));
        at += 4 + length;
      }
      return texts;
    }

    /** Returns the integer in four bytes, lowest byte first. */
    private static int whole(byte[] bytes, int at) {
      return (bytes[at] & 255)
          | (bytes[at + 1] & 255) << 8
          | (bytes[at + 2] & 255) << 16
          | (bytes[at + 3] & 255) << 24;
    }
  }

  /** Sends a request of only a JSON object. */
  public Answer infer(String path, String json) {
    return send(post(path, json.getBytes(StandardCharsets.UTF_8)));
  }

  /** Sends a JSON object and the binary data that follow it. */
  public Answer infer(String path, String json, byte[] binary) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    return inferParts(path, String.valueOf(header.length), header, binary);
  }

  /** Sends any body with any value for the length of its JSON object. */
  public Answer inferParts(String path, String jsonLength, byte[]... body) {
    return send(post(path, joined(body)).header(JSON_LENGTH, jsonLength));
  }

  public HttpRequest.Builder post(String path, byte[] body) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .POST(BodyPublishers.ofByteArray(body));
  }

  public Answer get(String path) {
    return send(HttpRequest.newBuilder(URI.create(address + path)));
  }

  public Answer send(HttpRequest.Builder builder) {
    try {
      HttpRequest request = builder.build();
      HttpResponse<byte[]> response = CLIENT.send(request, BodyHandlers.ofByteArray());
      DESCRIPTION.assertDescribes(request.method(), request.uri().getPath(), response.statusCode());
      int length = response.headers().firstValue(JSON_LENGTH).map(Integer::parseInt).orElse(-1);
      return new Answer(response.statusCode(), length, response.body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Returns elements of type BYTES. The length of each element precedes it. */
  public static byte[] elements(byte[]... elements) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] element : elements) {
      bytes.writeBytes(littleEndian(element.length));
      bytes.writeBytes(element);
    }
    return bytes.toByteArray();
  }

  public static byte[] floats(float... numbers) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (float number : numbers) {
      bytes.writeBytes(littleEndian(Float.floatToIntBits(number)));
    }
    return bytes.toByteArray();
  }

  private static byte[] littleEndian(int number) {
    return new byte[] {
      (byte) number, (byte) (number >> 8), (byte) (number >> 16), (byte) (number >> 24)
    };
  }
}
