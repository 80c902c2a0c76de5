-- affinities, snowflake: compiled, not executed.
WITH "t7" AS (
  SELECT
    "t6"."customer_id",
    COALESCE("t6"."value", '') AS "value",
    COUNT(*) AS "lines",
    SUM("t6"."amount_minor") AS "spend_minor"
  FROM (
    SELECT
      "t4"."order_id",
      "t4"."line",
      "t4"."customer_id",
      "t4"."product_id",
      "t4"."ordered_at",
      "t4"."quantity",
      "t4"."amount_minor",
      "t4"."discount_minor",
      "t4"."coupon_minor",
      "t4"."store_id",
      "t4"."sales_channel",
      "t4"."known_at",
      "t5"."product_id" AS "product_id_right",
      "t5"."value"
    FROM (
      SELECT
        *
      FROM "orders" AS "t0"
      WHERE
        (
          (
            "t0"."known_at" IS NULL
          )
          OR (
            "t0"."known_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 6, 0, 0, 0)
          )
        )
        AND "t0"."ordered_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 0, 0, 0, 0)
        AND "t0"."quantity" >= 0
    ) AS "t4"
    LEFT OUTER JOIN (
      SELECT
        "t1"."product_id",
        COALESCE(NULLIF("t1"."category", 'No category'), '') AS "value"
      FROM "products" AS "t1"
    ) AS "t5"
      ON "t4"."product_id" = "t5"."product_id"
  ) AS "t6"
  GROUP BY
    1,
    2
)
SELECT
  "t17"."customer_id",
  "t17"."attribute",
  "t17"."value",
  "t17"."lines",
  "t17"."spend_minor",
  "t17"."spend_share",
  "t17"."lift",
  "t17"."shrunken_lift"
FROM (
  SELECT
    "t13"."customer_id",
    "t13"."value",
    "t13"."lines",
    "t13"."spend_minor",
    'category' AS "attribute",
    COALESCE(
      CAST("t13"."spend_minor" AS DOUBLE) / NULLIF(CAST("t14"."of_customer" AS DOUBLE), 0),
      0.0
    ) AS "spend_share",
    CAST("t13"."spend_minor" AS DOUBLE) / NULLIF(
      CAST("t14"."of_customer" AS DOUBLE) * (
        CAST("t15"."of_value" AS DOUBLE) / NULLIF(CAST("t16"."of_all" AS DOUBLE), 0)
      ),
      0
    ) AS "lift",
    COALESCE(
      (
        CAST("t13"."spend_minor" AS DOUBLE) + (
          CAST("t16"."of_all" AS DOUBLE) / (
            CAST("t16"."lines_of_all" AS DOUBLE) * 2
          )
        )
      ) / NULLIF(
        (
          CAST("t14"."of_customer" AS DOUBLE) * (
            CAST("t15"."of_value" AS DOUBLE) / NULLIF(CAST("t16"."of_all" AS DOUBLE), 0)
          )
        ) + (
          CAST("t16"."of_all" AS DOUBLE) / (
            CAST("t16"."lines_of_all" AS DOUBLE) * 2
          )
        ),
        0
      ),
      1.0
    ) AS "shrunken_lift"
  FROM (
    SELECT
      *
    FROM "t7" AS "t8"
    WHERE
      "t8"."value" <> ''
  ) AS "t13"
  INNER JOIN (
    SELECT
      "t8"."customer_id",
      SUM("t8"."spend_minor") AS "of_customer"
    FROM "t7" AS "t8"
    GROUP BY
      1
  ) AS "t14"
    ON "t13"."customer_id" = "t14"."customer_id"
  INNER JOIN (
    SELECT
      "t8"."value",
      SUM("t8"."spend_minor") AS "of_value"
    FROM "t7" AS "t8"
    GROUP BY
      1
  ) AS "t15"
    ON "t13"."value" = "t15"."value"
  CROSS JOIN (
    SELECT
      SUM("t8"."spend_minor") AS "of_all",
      SUM("t8"."lines") AS "lines_of_all"
    FROM "t7" AS "t8"
  ) AS "t16"
) AS "t17"
