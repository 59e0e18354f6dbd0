using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using Federated.Core.Datasets;

namespace Federated.Engine.Data;

/// <summary>The embedded patients of four hospitals; heart-disease/README.md has their source, licence and format, <see cref="HeartDisease"/> what becomes of them.</summary>
internal static class HeartDiseaseSet
{
    private const int Fields = 14;

    // Rows of the files, in the order of the hospitals' names.
    private static readonly ImmutableArray<int> Rows = [303, 294, 123, 200];

    public static LoadedSet Load()
    {
        var (values, labels, owners) = (new List<float>(), new List<long>(), ImmutableArray.CreateBuilder<string>());
        using var lines = new StreamReader(Open());
        for (var hospital = 0; hospital < Rows.Length; hospital++)
            for (var i = 0; i < Rows[hospital]; i++)
            {
                var fields = lines.ReadLine()!.Split(',');
                if (fields.Length != Fields) throw new InvalidDataException($"A patient has {fields.Length} fields.");
                if (fields.Take(HeartDisease.Columns.Length).Contains("?")) continue;
                AddFeatures(fields, values);
                labels.Add(Number(fields[^1]) > 0 ? 1 : 0);
                owners.Add(HeartDisease.Hospitals[hospital]);
            }
        return new(HeartDisease.Shape, new FloatExamples([.. values], HeartDisease.Features.Length, [.. labels], []), Test: null, owners.ToImmutable());
    }

    /// <summary>The published files, one after the other.</summary>
    internal static Stream Open() =>
        new GZipStream(typeof(HeartDiseaseSet).Assembly.GetManifestResourceStream("Federated.Engine.Data.heart-disease.gz")!, CompressionMode.Decompress);

    private static void AddFeatures(string[] fields, List<float> values)
    {
        for (var i = 0; i < HeartDisease.Columns.Length; i++)
        {
            var (value, categories) = (Number(fields[i]), HeartDisease.Columns[i].Categories);
            if (categories.Length <= 2) values.Add(value);
            else values.AddRange(categories.Select(category => value == category ? 1f : 0f));
        }
    }

    private static float Number(string field) => float.Parse(field, NumberStyles.Float, CultureInfo.InvariantCulture);
}
