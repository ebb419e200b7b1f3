package org.kgcoop.clip;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.InputFile;

/**
 * A reader of SentencePiece's model files, {@code spiece.model} or {@code tokenizer.model}. Fields
 * and numbers are those of <a
 * href="https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto">{@code
 * sentencepiece_model.proto}</a>. Only a few fields are needed, so they are parsed directly.
 * Generated classes would bind users of the library to one version of protobuf.
 *
 * <p>User-defined pieces stay whole in a model with merges: those of SigLIP 2 are markup and runs
 * of spaces and lines. In a unigram model they are ordinary pieces here.
 */
final class SentencePieceModel {
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;
  private static final int NORMAL = 1;
  private static final int USER_DEFINED = 4;
  private static final List<String> MODELS = List.of("", "UNIGRAM", "BPE", "WORD", "CHAR");

  private final Path file;
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Float> scores = new ArrayList<>();
  private final Set<String> special = new HashSet<>();
  private final Set<String> whole = new HashSet<>();
  private int model = 1;
  private boolean byteFallback;
  private boolean spaceInFront = true;
  private ByteBuffer characterMap = ByteBuffer.allocate(0);
  private boolean trained; // true after the trainer settings, which follow the pieces
  private boolean normalised;

  private SentencePieceModel(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws KgCoopException if it is not a SentencePiece model, or of a kind that no SigLIP uses
   */
  static TokenizerModel read(Path file) {
    SentencePieceModel read = new SentencePieceModel(file);
    try (InputStream in = InputFile.open(file)) {
      read.fields(CodedInputStream.newInstance(in), read::field);
    } catch (IOException e) {
      throw KgCoopException.weights(
          file + ": cannot be read as a SentencePiece model: " + FileErrors.reason(e), e);
    }
    return read.pieces();
  }

  private TokenizerModel pieces() {
    if (ids.isEmpty() || !trained || !normalised) {
      throw FileErrors.refused(
          file,
          "cannot be read as a SentencePiece model: expected pieces, trainer_spec and"
              + " normalizer_spec, and it has no "
              + (ids.isEmpty() ? "pieces" : trained ? "normalizer_spec" : "trainer_spec"));
    }
    boolean unigram = model == MODELS.indexOf("UNIGRAM");
    if (!unigram && model != MODELS.indexOf("BPE")) {
      throw FileErrors.refused(
          file,
          "model_type %s: expected UNIGRAM or BPE"
              .formatted(model > 0 && model < MODELS.size() ? MODELS.get(model) : "" + model));
    }
    if (spaceInFront != unigram || (!unigram && characterMap.hasRemaining())) {
      throw FileErrors.refused(
          file,
          "normalizer_spec: expected add_dummy_prefix of UNIGRAM, and neither that nor a"
              + " precompiled_charsmap of BPE, as SigLIP and SigLIP 2 have it");
    }
    IntBuffer merges = IntBuffer.allocate(0); // empty, because scores rank the merges
    TokenizerModel.Pieces pieces = new TokenizerModel.Pieces(ids, special, whole);
    return new TokenizerModel(file, unigram, byteFallback, pieces, scores, merges, characterMap);
  }

  // ---- reading

  private interface Field {
    /** Reads the value of a field. Returns false if it does not know the field. */
    boolean read(int tag, CodedInputStream in) throws IOException;
  }

  private static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  private void fields(CodedInputStream in, Field field) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!field.read(tag, in) && !in.skipField(tag)) {
        throw new IOException("a group ends that did not begin");
      }
    }
  }

  private boolean message(CodedInputStream in, Field field) throws IOException {
    fields(CodedInputStream.newInstance(in.readByteArray()), field);
    return true;
  }

  private boolean field(int tag, CodedInputStream in) throws IOException {
    if (tag == tag(1, LENGTH_DELIMITED)) {
      return piece(in);
    } else if (tag == tag(2, LENGTH_DELIMITED)) {
      trained = true;
      return message(in, this::trainer);
    } else if (tag == tag(3, LENGTH_DELIMITED)) {
      normalised = true;
      return message(in, this::normalizer);
    }
    return false;
  }

  private boolean piece(CodedInputStream in) throws IOException {
    Piece piece = new Piece();
    boolean read = message(in, piece::field);
    if (ids.putIfAbsent(piece.text, scores.size()) != null) {
      throw FileErrors.refused(file, "piece '" + piece.text + "' is there twice");
    }
    scores.add(piece.score);
    if (piece.type == USER_DEFINED) {
      whole.add(piece.text);
    } else if (piece.type != NORMAL) {
      special.add(piece.text);
    }
    return read;
  }

  private static final class Piece {
    private String text = "";
    private float score;
    private int type = NORMAL;

    private boolean field(int tag, CodedInputStream in) throws IOException {
      if (tag == tag(1, LENGTH_DELIMITED)) {
        text = in.readString();
      } else if (tag == tag(2, FIXED32)) {
        score = in.readFloat();
      } else if (tag == tag(3, 0)) {
        type = in.readEnum();
      } else {
        return false;
      }
      return true;
    }
  }

  private boolean trainer(int tag, CodedInputStream in) throws IOException {
    if (tag == tag(3, 0)) {
      model = in.readEnum();
    } else if (tag == tag(35, 0)) {
      byteFallback = in.readBool();
    } else {
      return false;
    }
    return true;
  }

  private boolean normalizer(int tag, CodedInputStream in) throws IOException {
    if (tag == tag(2, LENGTH_DELIMITED)) {
      characterMap = in.readByteBuffer();
    } else if (tag == tag(3, 0)) {
      spaceInFront = in.readBool();
    } else {
      return false;
    }
    return true;
  }
}
