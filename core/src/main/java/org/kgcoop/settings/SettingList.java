package org.kgcoop.settings;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;

/**
 * Settings of a record. They create the record from values, and return the values of a record.
 *
 * @param type the record, which is public
 * @param parts the settings of each component, in the order of the components and of files
 * @param <R> the record
 */
public record SettingList<R extends Record>(Class<R> type, List<SettingPart> parts)
    implements SettingPart {
  public SettingList {
    parts = List.copyOf(parts);
    if (parts.size() != type.getRecordComponents().length) {
      throw new IllegalArgumentException(type + ": expected one part for each component");
    }
  }

  public static <R extends Record> SettingList<R> of(Class<R> type, SettingPart... parts) {
    return new SettingList<>(type, List.of(parts));
  }

  @Override
  public List<Setting<?>> settings() {
    return parts.stream().<Setting<?>>flatMap(part -> part.settings().stream()).toList();
  }

  /**
   * Creates the record.
   *
   * @throws KgCoopException if a value is invalid
   */
  @Override
  public R read(SettingValues values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    Object[] components = parts.stream().map(part -> part.read(values)).toArray();
    return reflected(() -> type.getConstructor(types).newInstance(components));
  }

  @Override
  public void write(Object component, Map<String, Object> values) {
    for (int i = 0; i < parts.size(); i++) {
      RecordComponent each = type.getRecordComponents()[i];
      parts.get(i).write(reflected(() -> each.getAccessor().invoke(component)), values);
    }
  }

  private interface Reflection<T> {
    T call() throws ReflectiveOperationException;
  }

  private static <T> T reflected(Reflection<T> reflection) {
    try {
      return reflection.call();
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof RuntimeException own ? own : new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
