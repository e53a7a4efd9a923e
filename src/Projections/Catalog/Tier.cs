namespace ControlPlane.Catalog;

/// <summary>How much of the product a tenant has bought, from little to much. What a tier allows and costs stands in the catalog.</summary>
public enum Tier
{
    Solo,
    Pro,
    Squad,
}
