using System.Collections.Immutable;
using System.IO.Compression;
using Federated.Core.Models;

namespace Federated.Engine.Data.Images;

/// <summary>Reads an archive of NumPy arrays under MedMNIST's names: train_images and train_labels, and where they are there val_ and test_ of both. Images are
/// [N, H, W] or [N, H, W, channels]; [N, features] are features. Bytes are scaled to [0, 1], other numbers stay as they are. val_ examples join the training
/// ones, for a job keeps validation shares of its own.</summary>
internal static class NpzSet
{
    private const byte Largest = 255;

    /// <summary>Reads the archive.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The shape that it must have; null for what it has, with as many classes as the largest label says.</param>
    /// <exception cref="EngineException">It cannot be read, or its arrays do not belong together.</exception>
    public static LoadedSet Load(string path, DataShape? expected)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var train = Part(zip, "train", path) ?? throw new EngineException($"{path} holds no train_images.npy. It holds {string.Join(", ", zip.Entries.Select(entry => entry.FullName).Take(20))}.");
            ImmutableArray<LabelledImages> parts = [train, .. new[] { Part(zip, "val", path), Part(zip, "test", path) }.OfType<LabelledImages>()];
            foreach (var part in parts)
                if (!part.Input.SequenceEqual(train.Input) || part.Images.Type != train.Images.Type)
                    throw new EngineException($"{path}: {part.Name}_images has examples {Shapes.Text(part.Input)} of {part.Images.Type}, and train_images {Shapes.Text(train.Input)} of {train.Images.Type}.");
            if (expected is not null && !expected.Input.SequenceEqual(train.Input))
                throw new EngineException($"{path} has examples {Shapes.Text(train.Input)}, and {Shapes.Text(expected.Input)} are expected.");
            var found = (int)parts.Max(part => part.Labels.Max()) + 1;
            if (expected is not null && found > expected.Classes) throw new EngineException($"{path} has the label {found - 1}, and the classes are 0 to {expected.Classes - 1}.");
            var test = parts.FirstOrDefault(part => part.Name == "test");
            return new(expected ?? DataShape.ForClasses(train.Input, Math.Max(2, found)), Examples([.. parts.Where(part => part.Name != "test")]), test is null ? null : Examples([test]), []);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message} Save the archive again, for example with numpy.savez_compressed.", error);
        }
    }

    private sealed record LabelledImages(string Name, NpyArray Images, ImmutableArray<int> Input, long[] Labels);

    private static LabelledImages? Part(ZipArchive zip, string name, string path)
    {
        if (Array(zip, $"{name}_images") is not { } images) return null;
        var labels = Array(zip, $"{name}_labels") ?? throw new EngineException($"{path} has {name}_images.npy but no {name}_labels.npy.");
        if (images.Shape.IsEmpty || labels.Shape is not ([_] or [_, 1]) || labels.Shape[0] != images.Shape[0])
            throw new EngineException($"{path}: {name}_labels has the shape {Shapes.Text(labels.Shape)} and {name}_images {Shapes.Text(images.Shape)}; one label for each image is needed.");
        ImmutableArray<int> input = images.Shape switch
        {
            [_, var features] => [features],
            [_, var height, var width] => [1, height, width],
            [_, var height, var width, var channels and (1 or 3 or 4)] => [channels, height, width],
            _ => throw new EngineException($"{path}: {name}_images has the shape {Shapes.Text(images.Shape)}; [N, H, W], [N, H, W, channels] or [N, features] is needed."),
        };
        var classes = Named($"{name}_labels", labels.ToWholes);
        if (classes.FirstOrDefault(label => label is < 0 or > 65_535) is var wrong and not 0)
            throw new EngineException($"{path}: {name}_labels has the value {wrong}, and classes are whole numbers from 0 to 65535.");
        return new(name, images, input, classes);
    }

    private static NpyArray? Array(ZipArchive zip, string name)
    {
        if (zip.GetEntry(name + ".npy") is not { } entry) return null;
        // Deflate packs at most 1032 bytes into one: whatever claims more is no archive, and nothing is allocated for it.
        if (entry.CompressedLength < 0 || entry.Length > 1100 * (entry.CompressedLength + 1))
            throw new InvalidDataException($"{name} claims {entry.Length} bytes out of {entry.CompressedLength}.");
        using var stream = entry.Open();
        return Named(name, () => NpyArray.Read(stream, entry.Length));
    }

    private static T Named<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{name} {error.Message}.", error);
        }
    }

    private static ExampleSet Examples(ImmutableArray<LabelledImages> parts)
    {
        var (input, width) = (parts[0].Input, parts[0].Input.Aggregate((product, size) => product * size));
        long[] labels = [.. parts.SelectMany(part => part.Labels)];
        if (parts[0].Images.Type == "|u1") return new ByteExamples(Joined(parts.Select(part => ChannelsFirst(part.Images.Bytes, input))), labels, width, Largest);
        var values = Joined(parts.Select(part => ChannelsFirst(part.Images.ToFloats(), input)));
        return values.All(float.IsFinite) ? new FloatExamples(values, width, labels, []) : throw new InvalidDataException("An image has a value that is no finite number.");
    }

    private static T[] Joined<T>(IEnumerable<T[]> arrays)
    {
        T[][] all = [.. arrays];
        if (all is [var only]) return only;
        var (result, at) = (new T[all.Sum(array => array.Length)], 0);
        foreach (var array in all)
        {
            array.CopyTo(result, at);
            at += array.Length;
        }
        return result;
    }

    // [N, H, W, channels] to [N, channels, H, W].
    private static T[] ChannelsFirst<T>(T[] values, ImmutableArray<int> input)
    {
        if (input is not [var channels and > 1, var height, var width]) return values;
        var (result, positions) = (new T[values.Length], height * width);
        for (var i = 0; i < values.Length; i++)
        {
            var (example, rest) = Math.DivRem(i, channels * positions);
            result[example * channels * positions + rest % channels * positions + rest / channels] = values[i];
        }
        return result;
    }
}
