package org.kgcoop.download;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The kind of a file by its name, with its maximum size and its first bytes. A server may send
 * something else, such as a login page.
 */
enum ContentKind {
  SAFETENSORS("a safetensors file", 1L << 37, ".safetensors") {
    @Override
    boolean begins(byte[] start, long size) {
      long header =
          start.length < 9 ? -1 : ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
      return header >= 2 && header <= size - 8 && start[8] == '{';
    }
  },
  STATE_DICT("a PyTorch file", 1L << 37, ".pt .pth .bin") {
    @Override
    boolean begins(byte[] start, long size) {
      return begins(start, "PK\3\4") || begins(start, "\u0080"); // a zip, or a pickle
    }
  },
  JSON("a JSON object", 1L << 26, ".json") {
    @Override
    boolean fits(Path file) throws IOException {
      try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          return false;
        }
        parser.skipChildren();
        return parser.nextToken() == null;
      } catch (JsonProcessingException e) {
        return false;
      }
    }
  },
  TOKENIZER("a tokenizer", 1L << 24, "merges.txt .model") {
    @Override
    boolean begins(byte[] start, long size) {
      return start.length > 0 && !begins(start, "<");
    }
  },
  ZIP("a zip archive", 1L << 40, ".zip") {
    @Override
    boolean begins(byte[] start, long size) {
      return begins(start, "PK");
    }
  },
  GZIP("a gzip archive", 1L << 40, ".gz .tgz") {
    @Override
    boolean begins(byte[] start, long size) {
      return begins(start, "\u001f\u008b");
    }
  },
  OTHER("a file", 1L << 40, "");

  private static final int START = 16;

  private final String title;
  private final long maxBytes;
  private final String endings; // separated by spaces

  ContentKind(String title, long maxBytes, String endings) {
    this.title = title;
    this.maxBytes = maxBytes;
    this.endings = endings;
  }

  /** Returns the kind of a file of that name. */
  static ContentKind of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (ContentKind kind : values()) {
      if (Stream.of(kind.endings.split(" ", -1)).anyMatch(lower::endsWith)) {
        return kind;
      }
    }
    return OTHER;
  }

  /** Returns the name of the kind, with its article. */
  String title() {
    return title;
  }

  long maxBytes() {
    return maxBytes;
  }

  /** Returns true if the content of a file can be of this kind. */
  boolean fits(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return begins(in.readNBytes(START), Files.size(file));
    }
  }

  boolean begins(byte[] start, long size) {
    return true;
  }

  static boolean begins(byte[] start, String with) {
    return new String(start, StandardCharsets.ISO_8859_1).startsWith(with);
  }
}
