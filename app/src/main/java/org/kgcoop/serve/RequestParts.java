package org.kgcoop.serve;

import io.javalin.http.Context;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.serve.http.RefusedRequestException;

/**
 * The parameters and images of a request. Parameters are in the query or in a form. Images are in
 * the form, or the body is one image. A form is parsed only once, because a small body may have
 * many parts.
 */
final class RequestParts {
  /** The maximum number of parts of a form: 32 images and 32 texts. */
  static final int MOST = 64;

  private final Context request;
  private final List<Text> texts = new ArrayList<>();
  private final List<byte[]> images = new ArrayList<>();

  /** A part of the form that is not a file. */
  private record Text(String name, String value) {}

  /**
   * Reads the body of a request.
   *
   * @throws RefusedRequestException 400 if the form is damaged or has too many parts
   */
  RequestParts(Context request) {
    this.request = request;
    if (!request.isMultipart()) {
      byte[] body = request.bodyAsBytes();
      if (body.length > 0) {
        images.add(body);
      }
      return;
    }
    Collection<Part> parts = parts(request);
    if (parts.size() > MOST) {
      throw new RefusedRequestException(
          400, "the form has %s parts; expected at most %s".formatted(parts.size(), MOST));
    }
    for (Part part : parts) {
      if (part.getSubmittedFileName() == null) {
        texts.add(new Text(part.getName(), new String(content(part), StandardCharsets.UTF_8)));
      } else if (part.getName().equals("image")) {
        images.add(content(part));
      }
    }
  }

  private static Collection<Part> parts(Context request) {
    try {
      request.uploadedFiles(); // sets the limits for parts
      return request.req().getParts();
    } catch (Exception e) { // Kotlin throws checked exceptions without declaring them
      throw unreadable();
    }
  }

  private static byte[] content(Part part) {
    try (InputStream in = part.getInputStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw unreadable();
    }
  }

  private static RefusedRequestException unreadable() {
    return new RefusedRequestException(
        400,
        "the form cannot be read; expected multipart/form-data of at most %s parts"
            .formatted(MOST));
  }

  /** Returns the values of a parameter, those of the query first. */
  List<String> texts(String name) {
    return Stream.concat(
            request.queryParams(name).stream(),
            texts.stream().filter(text -> text.name.equals(name)).map(Text::value))
        .toList();
  }

  /** Returns the first value of a parameter, or null. */
  @Nullable String text(String name) {
    return texts(name).stream().findFirst().orElse(null);
  }

  /** Returns the images, whatever media type the form states. */
  List<byte[]> images() {
    return images;
  }

  /**
   * Returns the only image, or nothing if the body is empty.
   *
   * @throws RefusedRequestException 400 if a form has none or several
   */
  byte[] image() {
    if (request.isMultipart() && images.size() != 1) {
      throw new RefusedRequestException(
          400, "expected one file in the form's part 'image', got " + images.size());
    }
    return images.isEmpty() ? new byte[0] : images.get(0);
  }
}
