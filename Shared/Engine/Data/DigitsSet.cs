using System.IO.Compression;
using Federated.Core.Datasets;

namespace Federated.Engine.Data;

/// <summary>The embedded data set; digits/README.md has its source, licence and format.</summary>
internal static class DigitsSet
{
    private const int Pixels = 64;
    private const byte Largest = 16;

    public static LoadedSet Load()
    {
        var info = DatasetCatalog.Find("digits")!;
        using var resource = typeof(DigitsSet).Assembly.GetManifestResourceStream("Federated.Engine.Data.digits.gz")!;
        using var records = new GZipStream(resource, CompressionMode.Decompress);
        return new(info.Shape!, Read(records, info.TrainExamples), Read(records, info.TestExamples), []);
    }

    private static ByteExamples Read(Stream records, int count)
    {
        var (values, labels, record) = (new byte[count * Pixels], new long[count], new byte[Pixels + 1]);
        for (var i = 0; i < count; i++)
        {
            records.ReadExactly(record);
            record.AsSpan(0, Pixels).CopyTo(values.AsSpan(i * Pixels));
            labels[i] = record[Pixels];
        }
        return new(values, labels, Pixels, Largest);
    }
}
