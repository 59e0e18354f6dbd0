using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Images;

namespace Federated.Engine.Tests.Data;

public sealed class NpzSetTests
{
    private static readonly (string, byte[]) OneLabel = ("train_labels", Npy("|u1", "(1,)", [1]));

    [Fact]
    public void Images_and_labels_of_all_parts_are_read()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder,
            ("train_images", Npy("|u1", "(2, 1, 2)", [0, 255, 51, 102])), ("train_labels", Npy("<i8", "(2, 1)", [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])),
            ("val_images", Npy("|u1", "(1, 1, 2)", [255, 0])), ("val_labels", Npy("|u1", "(1,)", [0])),
            ("test_images", Npy("|u1", "(1, 1, 2)", [153, 204])), ("test_labels", Npy("|u1", "(1, 1)", [1])));
        var set = NpzSet.Load(path, expected: null);
        Assert.Equal<int>([1, 1, 2], set.Shape.Input);
        Assert.Equal(3, set.Shape.Classes);
        Assert.Equal([1, 2, 0], set.Train.Labels.ToArray());
        Assert.Equal([0f, 1], Features(set.Train, 0));
        Assert.Equal([0.2f, 0.4f], Features(set.Train, 1));
        Assert.Equal([1f, 0], Features(set.Train, 2));   // what was val_
        Assert.Equal([0.6f, 0.8f], Features(set.Test!, 0));
    }

    [Fact]
    public void Colours_that_come_last_are_put_first_and_floats_stay_as_they_are()
    {
        using var folder = new TemporaryFolder();
        byte[] values = [.. Enumerable.Range(1, 6).SelectMany(value => BitConverter.GetBytes(value * 1.5f))];
        var set = NpzSet.Load(Write(folder, ("train_images", Npy("<f4", "(1, 1, 2, 3)", values)), OneLabel), expected: null);
        Assert.Equal<int>([3, 1, 2], set.Shape.Input);
        Assert.Equal([1.5f, 6, 3, 7.5f, 4.5f, 9], Features(set.Train, 0));
        Assert.Null(set.Test);
    }

    public static TheoryData<string, string, byte[], string> Wrong => new()
    {
        { "|u1", "(1, 2)", [1], "has 1 bytes of elements, and its shape (1, 2) of |u1 needs 2" },
        { "|u1", "(2147483647, 2147483647)", [1], "which is empty or too large" },
        { "|u1", "(0, 2)", [], "which is empty or too large" },
        { "|O", "(1, 2)", [1, 2], "has elements of type '|O'" },
        { ">f4", "(1, 1)", [0, 0, 0, 0], "has elements of type '>f4'" },
        { "<f4", "(1, 1)", [0, 0, 0xC0, 0x7F], "no finite number" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Array_that_is_not_what_it_says_is_refused(string type, string shape, byte[] values, string error)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, ("train_images", Npy(type, shape, values)), OneLabel);
        var thrown = Assert.Throws<EngineException>(() => NpzSet.Load(path, expected: null));
        Assert.Contains(error, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Archive_whose_arrays_do_not_belong_together_is_refused()
    {
        using var folder = new TemporaryFolder();
        var image = ("train_images", Npy("|u1", "(1, 2)", [1, 2]));
        string Error(params (string, byte[])[] arrays) => Assert.Throws<EngineException>(() => NpzSet.Load(Write(folder, arrays), expected: null)).Message;
        Assert.Contains("holds no train_images.npy", Error(OneLabel), StringComparison.Ordinal);
        Assert.Contains("no train_labels.npy", Error(image), StringComparison.Ordinal);
        Assert.Contains("one label for each image", Error(image, ("train_labels", Npy("|u1", "(2,)", [1, 1]))), StringComparison.Ordinal);
        Assert.Contains("whole ones are needed", Error(image, ("train_labels", Npy("<f4", "(1,)", [0, 0, 0, 0]))), StringComparison.Ordinal);
        Assert.Contains("has the value -1", Error(image, ("train_labels", Npy("|i1", "(1,)", [255]))), StringComparison.Ordinal);
        Assert.Contains("test_images has examples [1]", Error(image, OneLabel, ("test_images", Npy("|u1", "(1, 1)", [1])), ("test_labels", Npy("|u1", "(1,)", [1]))), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder.Path, "a.npz"), "no archive");
        Assert.Contains("cannot be read", Assert.Throws<EngineException>(() => NpzSet.Load(Path.Combine(folder.Path, "a.npz"), null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_arrays_are_read_or_refused_with_a_message()
    {
        var good = Npy("|u1", "(2, 1, 2)", [1, 2, 3, 4]);
        for (var number = 0; number < 2000; number++)
        {
            var (random, bytes) = (new Random(number), good.ToArray());
            for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var cut = bytes[..random.Next(bytes.Length + 1)];
            if (Record.Exception(() => NpyArray.Read(new MemoryStream(cut), cut.Length)) is { } error) Assert.IsType<InvalidDataException>(error);
        }
    }

    [FederatedDataFact("pneumoniamnist")]
    public async Task Pneumoniamnist_is_found_by_its_name()
    {
        var data = new DataSpec { Name = "pneumoniamnist", Clients = 4 };
        var divided = await new DatasetStore(DataFolders.Standard([])).LoadAsync(data, 1, [], default);
        Assert.Equal<int>([1, 28, 28], divided.Shape.Input);
        Assert.Equal((2, 468, 2428 + 270), (divided.Shape.Classes, divided.Test.Count, divided.Clients.Sum(client => client.Train.Length)));
    }

    private static float[] Features(ExampleSet examples, int index)
    {
        var values = new float[examples.Width];
        examples.CopyFeatures(index, values);
        return values;
    }

    private static string Write(TemporaryFolder folder, params (string Name, byte[] Bytes)[] arrays)
    {
        var path = Path.Combine(folder.Path, "set.npz");
        File.Delete(path);
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, bytes) in arrays)
        {
            using var entry = zip.CreateEntry(name + ".npy").Open();
            entry.Write(bytes);
        }
        return path;
    }

    // As numpy.lib.format describes version 1.0.
    private static byte[] Npy(string type, string shape, byte[] values)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n");
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. header, .. values];
    }
}
