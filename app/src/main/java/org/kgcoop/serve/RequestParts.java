package org.kgcoop.serve;

import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.HttpServer;

/**
 * The parameters and images of a request. Parameters are in the query or in a form. Images are in
 * the form, or the body is one image.
 */
final class RequestParts {
  private static final String IMAGE = "image";

  private final Context request;
  private final boolean isForm;
  private final Map<String, List<String>> fields;
  private final List<byte[]> images;

  /**
   * Reads the body of a request.
   *
   * @param names the parameters of the route
   * @throws HttpErrorException 400 if the form is damaged or has too many parts, or if a name is
   *     unknown
   */
  RequestParts(Context request, String... names) {
    this.request = request;
    check(request.queryParamMap().keySet(), Set.of(names));
    isForm = request.isMultipartFormData();
    if (!isForm) {
      fields = Map.of();
      byte[] body = request.bodyAsBytes();
      images = body.length == 0 ? List.of() : List.of(body);
      return;
    }
    try {
      fields = request.formParamMap();
      images = request.uploadedFiles(IMAGE).stream().map(RequestParts::content).toList();
    } catch (Exception e) { // Kotlin throws checked exceptions without declaring them
      throw new HttpErrorException(
          400,
          "the form cannot be read; expected multipart/form-data of at most %s parts"
              .formatted(HttpServer.MAX_FORM_PARTS));
    }
    Set<String> parts = new TreeSet<>(Set.of(names));
    parts.add(IMAGE);
    check(fields.keySet(), parts); // of files, too
  }

  /** A parameter with a typing error would otherwise have no effect, without a word. */
  private static void check(Set<String> found, Set<String> known) {
    for (String name : found) {
      if (!name.isEmpty() && !known.contains(name)) {
        throw new HttpErrorException(
            400,
            "unknown parameter '%s'; expected %s"
                .formatted(
                    Messages.brief(Messages.line(name)), String.join(", ", new TreeSet<>(known))));
      }
    }
  }

  private static byte[] content(UploadedFile file) {
    try (InputStream in = file.content()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the values of a parameter, those of the query first. */
  List<String> texts(String name) {
    return Stream.concat(
            request.queryParams(name).stream(), fields.getOrDefault(name, List.of()).stream())
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
   * @throws HttpErrorException 400 if a form has none or several
   */
  byte[] image() {
    if (isForm && images.size() != 1) {
      throw new HttpErrorException(
          400, "expected one file in the form's part 'image', got " + images.size());
    }
    return images.isEmpty() ? new byte[0] : images.get(0);
  }
}
